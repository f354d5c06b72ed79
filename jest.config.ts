/** @jest-config-loader esbuild-register */
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

const config: Config = {
  // A third of the time goes by in waiting, for sockets, processes and a browser: what one worker leaves, another uses.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  roots: ['<rootDir>/src', '<rootDir>/spec'],
  testMatch: ['<rootDir>/spec/**/*.spec.ts'],
  testEnvironment: '<rootDir>/spec/support/environment.cjs',
  // Specs run as CommonJS and unchecked; `npm run typecheck` is what checks their types.
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      {
        tsconfig: {
          target: 'ES2022',
          module: 'CommonJS',
          moduleResolution: 'Bundler',
          esModuleInterop: true,
          isolatedModules: true,
          sourceMap: true,
        },
      },
    ],
  },
  moduleNameMapper: {
    // RxJS in one file, as it ships it too: to load its two hundred took every spec file a fifth of a second.
    '^rxjs$': '<rootDir>/node_modules/rxjs/dist/bundles/rxjs.umd.js',
    '^rxjs/testing$': '<rootDir>/spec/support/rxjs-testing.cjs',
    '^fast-check$': '<rootDir>/spec/support/fast-check.cjs',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^rxjs-flow$': '<rootDir>/src/index.ts',
    '^rxjs-flow/([a-z0-9]+)$': '<rootDir>/src/$1.ts',
  },
  reporters: ['default', '<rootDir>/spec/support/count-reporter.cjs'],
  // What buffers are looked at with millions of times: a global is slow to reach from inside jest's own context.
  sandboxInjectedGlobals: ['Array', 'ArrayBuffer', 'Buffer', 'Error', 'Math', 'Number', 'Object', 'Promise', 'Symbol', 'Uint8Array'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageDirectory: 'coverage',
};

export default config;
