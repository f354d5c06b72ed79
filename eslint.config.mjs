// Lint for src, spec, bench, examples and the tools. Beside the usual presets it holds the rules of the house:
// what the rooms that must work in virtual time, and in a browser, may not touch.

import { builtinModules } from 'node:module';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const TIMELESS_ROOMS = ['engine', 'flow', 'memory', 'combinators', 'codec'];
const PORTABLE_ROOMS = [...TIMELESS_ROOMS, 'inspect', 'testing', 'protocol', 'web'];

const nodeImports = {
  group: ['node:*', ...builtinModules.filter((name) => !name.startsWith('_')).flatMap((name) => [name, `${name}/*`])],
  message: 'This room has no platform: only src/node, src/http2 and src/cli may import Node.',
};

const offTheDataPath = (name) => ({
  name,
  message: 'Time goes through RxJS timers and the rest is synchronous, or virtual time could not see it.',
});
const onlyInNode = (name) => ({ name, message: 'This room has no platform: it runs in a browser too.' });

const filesOf = (rooms) => rooms.map((room) => `src/${room}/**/*.ts`);

export default tseslint.config(
  { ignores: ['dist/', '.build-*/', 'coverage/', 'reports/', '.stryker-tmp/', '.cache/', 'scratch/', 'docs/api/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked, rxjsX.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // State that changes inside a call (re-entrancy) and arguments from plain JavaScript are beyond what narrowing sees.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Ring slots and other indices that are in range by construction, on hot paths.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      // `type` and `interface` say different things here, and an index loop is sometimes the faster one.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/class-literal-property-style': 'off',
      // What is thrown or notified may be the caller's own reason, passed on as it came.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      'rxjs-x/throw-error': 'off',
      // Subjects are not unsafe for being typed void, and a write's Observable only reports: neither rule fits.
      'rxjs-x/no-unsafe-subject-next': 'off',
      'rxjs-x/no-nested-subscribe': 'off',
    },
  },
  {
    files: filesOf(TIMELESS_ROOMS),
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'queueMicrotask'].map(offTheDataPath),
        ...['Promise', 'Date', 'performance', 'requestAnimationFrame'].map(offTheDataPath),
        ...['process', 'Buffer', 'global', 'require'].map(onlyInNode),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[property.name='byteLength']",
          message: "A Uint8Array's `length` is its `byteLength`, and ten times as fast: V8 inlines only the first (npm run bench).",
        },
      ],
    },
  },
  {
    // The bridge to `for await` is made of promises: that is its job.
    files: ['src/combinators/to-async-iterable.ts'],
    rules: { 'no-restricted-globals': ['error', ...['process', 'Buffer', 'setTimeout', 'queueMicrotask'].map(onlyInNode)] },
  },
  {
    files: filesOf(PORTABLE_ROOMS),
    rules: { 'no-restricted-imports': ['error', { patterns: [nodeImports] }] },
  },
  {
    files: filesOf(['inspect', 'testing', 'protocol', 'web']),
    rules: { 'no-restricted-globals': ['error', ...['process', 'Buffer', 'setImmediate', 'global', 'require'].map(onlyInNode)] },
  },
  {
    files: ['src/engine/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [nodeImports, { group: ['rxjs', 'rxjs/*'], message: 'The engine is free of RxJS; src/flow is its observable face.' }] },
      ],
    },
  },
  {
    files: ['src/cli/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['spec/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: {
      // Specs hand wrong things in on purpose, and expectations take methods off their objects.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      'rxjs-x/no-ignored-notifier': 'off',
      'rxjs-x/no-implicit-any-catch': 'off',
      'rxjs-x/no-unbound-methods': 'off',
      'rxjs-x/no-subject-unsubscribe': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    rules: { eqeqeq: 'error', 'prefer-const': 'error', 'no-unused-vars': 'error', 'no-undef': 'off' },
  },
);
