/** The testing door, `rxjs-flow/testing`: protocols and flows under test, in virtual time where there is time at all. */
export { conformance, type ConformanceCase, type ConformanceOptions } from './testing/conformance.js';
export type { ConformanceCapabilities, ConformanceCapability } from './testing/conformance/capability.js';
export { flowScript, type FlowScript, type ScriptedFlow } from './testing/flow-script.js';
