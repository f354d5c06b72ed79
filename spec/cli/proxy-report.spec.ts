import { asyncScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { ProxyReport } from '../../src/cli/proxy-report.js';
import type { ProxyEvent } from '../../src/cli/proxy-server.js';
import type { CopyStats } from '../../src/combinators/copy-stats.js';
import { FlowError } from '../../src/flow/flow-error.js';

const way = (bytes: number): CopyStats => ({ readBytes: bytes, readOps: 1, writeBytes: bytes, writeOps: 1, durationMs: 1000 });

function event(kind: ProxyEvent['kind'], connection: number, there?: number, back = 0): ProxyEvent {
  const stats = there === undefined ? null : { aToB: way(there), bToA: way(back) };
  return { kind, connection, name: `peer ${connection}`, stats };
}

describe('ProxyReport', () => {
  it('adds up what open and ended connections have carried, and how fast since it was asked last', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const report = new ProxyReport();
      report.take(event('opened', 1));
      report.take(event('opened', 2));
      report.take(event('carried', 1, 1024, 100));
      const said: string[] = [];
      asyncScheduler.schedule(() => said.push(report.status()), 2000);
      asyncScheduler.schedule(() => {
        report.take(event('ended', 1, 2048, 100));
        report.take(event('carried', 2, 1000, 0));
        said.push(report.status());
      }, 3000);
      flush();
      expect(said).toEqual([
        '2 open of 2 | there 1.0 KiB (512 bytes/s) | back 100 bytes (50 bytes/s)',
        '1 open of 2 | there 3.0 KiB (2.0 KiB/s) | back 100 bytes (0 bytes/s)',
      ]);
      expect(report.openConnections).toBe(1);
      expect(report.summary()).toBe('2 connections: 3.0 KiB there, 100 bytes back');
    });
  });

  it('has a line for what ends, and none for what goes on', () => {
    const report = new ProxyReport();
    const error = new FlowError('reset', 'far: gone');
    expect(report.take(event('opened', 1))).toBeNull();
    expect(report.take(event('carried', 1, 5))).toBeNull();
    expect(report.take(event('ended', 1, 5))).toBe(
      '#1 peer 1 ended | a to b: read 5 bytes (1 ops), wrote 5 bytes (1 ops) in 1000 ms, 5 bytes/s; ' +
        'b to a: read 0 bytes (1 ops), wrote 0 bytes (1 ops) in 1000 ms, 0 bytes/s',
    );
    expect(report.take({ ...event('recorded', 1), tape: 'tapes/1.tape' })).toBe('#1 peer 1 recorded: tapes/1.tape');
    expect(report.take({ ...event('unrecorded', 1), error })).toBe('#1 peer 1 not recorded: reset: far: gone');
    report.take(event('opened', 2));
    expect(report.take({ ...event('failed', 2), error })).toBe('#2 peer 2 failed: reset: far: gone');
    expect(report.summary()).toBe('2 connections: 5 bytes there, 0 bytes back');
  });

  it('says where nothing has happened yet', () => {
    const report = new ProxyReport();
    expect(report.summary()).toBe('0 connections: 0 bytes there, 0 bytes back');
    expect(report.status()).toBe('0 open of 0 | there 0 bytes (0 bytes/s) | back 0 bytes (0 bytes/s)');
  });
});
