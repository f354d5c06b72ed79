import { aBoolean, aPort, aText, checkConfig, optional } from '../../src/node/check-config.js';

const requirements = { port: aPort, host: optional(aText), verify: optional(aBoolean), connectTimeoutMs: optional(aPort) };

describe('checkConfig', () => {
  it.each<[string, object]>([
    ['port must be an integer from 1 to 65535, not a string', { port: '80' }],
    ['port must be an integer from 1 to 65535, not undefined', {}],
    ['host must be a string that is not empty, not an empty string', { port: 80, host: '' }],
    ['host must be a string that is not empty, not an empty array', { port: 80, host: [] }],
    ['there is no hots: is host meant?', { port: 80, hots: 'example.org' }],
    ['there is no verfiy: is verify meant?', { port: 80, verfiy: true }],
    ['there is no connectTimeout: is connectTimeoutMs meant?', { port: 80, connectTimeout: 5 }],
  ])('throws: %s', (problem, config) => {
    expect(() => checkConfig('connect', config, requirements)).toThrow(new TypeError(`connect: ${problem}`));
  });

  it.each<[string, object]>([
    ['what is for others', { port: 80, family: 4, hosts: {} }],
    ['a name like that of one which is there', { port: 80, host: 'a', hots: 'b' }],
    ['what is undefined', { port: 80, host: undefined }],
  ])('leaves %s alone', (_, config) => {
    expect(() => checkConfig('connect', config, requirements)).not.toThrow();
  });
});
