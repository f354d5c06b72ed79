/** The testing door, `rxjs-flow/testing`: protocols and flows under test, in virtual time where there is time at all. */
export { conformance, type ConformanceCase, type ConformanceOptions } from './testing/conformance.js';
export type { ConformanceCapabilities, ConformanceCapability } from './testing/conformance/capability.js';
export { flowScript, type FlowScript, type ScriptedFlow } from './testing/flow-script.js';
export {
  FlowTestScheduler,
  type AssertDeepEqual,
  type FlowExpectation,
  type FlowRunHelpers,
} from './testing/flow-test-scheduler.js';
export type { MarbleValues } from './testing/marbles/moment.js';
export { withFaults, type Faults } from './testing/with-faults.js';
export { seededRandom } from './testing/faults/random.js';
export type { Flow, ShutdownMode, WriteResult } from './flow/flow.js';
export type { FlowError, FlowErrorCode } from './flow/flow-error.js';
