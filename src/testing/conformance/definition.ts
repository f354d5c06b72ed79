/** What a conformance case is made of, before it is given flows and a side. */
import type { ConformanceCapability } from './capability.js';
import type { Stage } from './stage.js';

export interface CaseDefinition {
  /** The behaviour, in the present tense. */
  readonly name: string;
  /** The case is skipped where one of these is missing. */
  readonly needs?: readonly ConformanceCapability[];
  /** Only for a transport without this one. */
  readonly without?: ConformanceCapability;
  /** `stage.near` is the side the case is about, `stage.far` its peer. */
  test(stage: Stage): Promise<void>;
}
