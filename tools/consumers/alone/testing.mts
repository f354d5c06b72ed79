import { FlowTestScheduler, conformance, flowScript, withFaults } from 'rxjs-flow/testing';
import { concatMap } from 'rxjs';

export const script = flowScript().build();
export const faulty = withFaults(script, {});
export const cold = new FlowTestScheduler().run(({ coldFlow }) => coldFlow('a'));
export const cases = conformance({ create: () => [[faulty, cold]] });
export const written = script.write(new Uint8Array(1));
export const failure = written.pipe(concatMap((result) => (result.ok ? [] : [{ error: result.error, code: result.error.code }])));
export const { shutdown } = script;
