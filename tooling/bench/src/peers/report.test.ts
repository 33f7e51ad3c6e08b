import { describe, expect, it } from 'vitest';
import { requireAgreement } from './agreement.js';
import { parsePeerOptions } from './options.js';
import { sectionOf, tableOf } from './report.js';
import type { PeerRun, Turn } from './run-file.js';
import { SMALL, WORKS } from './scale.js';

const reading = (seconds: number, peakBytes = 3e8) => ({
  seconds,
  processorSeconds: seconds,
  residentBytes: 1e8,
  peakBytes,
});
const turn = (readings: Turn['readings'], work: Turn['work'] = 'scoring'): Turn => ({
  work,
  startedAt: '2026-11-26T08:00:00Z',
  loadBefore: 0.5,
  readings,
  agreement: [{ what: 'predictions', alike: 199, of: 200 }],
});
const run: PeerRun = {
  machine: { processor: 'EPYC', cores: 2, node: 'v20.20.2', commit: 'abc' },
  sdk: {
    'reexpress-sdm': '0.4.8',
    torch: '2.15.0',
    numpy: '2.4.6',
    python: '3.11.7',
    torchThreads: 2,
    mklThreads: 2,
    mkl: '2024.2',
    instructions: 'AVX512',
  },
  scale: SMALL,
  turns: [
    turn({ sdk: reading(2, 9e8), one: reading(0.5), all: reading(0.25) }),
    turn({ sdk: reading(4, 9e8), one: reading(2), all: reading(0.2) }),
    turn({ sdk: reading(1, 9e8), one: reading(0.1), all: reading(0.25) }),
  ],
};

describe('the table of a run', () => {
  it('tells medians with their range, and ratios turn by turn', () => {
    const [, , scoring, memory] = tableOf(run);
    // 200 rows in 2 (1 to 4), .5 (.1 to 2) and .25 (.2 to .25) seconds; 2 / .5, 4 / 2, 1 / .1 and 2 / .25, 4 / .2, 1 / .25
    expect(scoring).toBe(
      '| 200 rows scored in a batch | 3 | 100 rows/s (50 to 200) | 400 rows/s (100 to 2,000) | 800 rows/s (800 to 1,000) | 4.0 (2.0 to 10) | 8.0 (4.0 to 20) |',
    );
    expect(memory).toBe(
      '| peak memory, scoring | 3 | 900 MB (900 to 900) | 300 MB (300 to 300) | 300 MB (300 to 300) | 3.0 (3.0 to 3.0) | 3.0 (3.0 to 3.0) |',
    );
  });

  it('leaves out a side that was not measured', () => {
    const [, , rows] = tableOf({ ...run, sdk: null, turns: [turn({ one: reading(0.0123) }, 'rows')] });
    expect(rows).toBe('| JSON Lines in, 200 × 64 | 1 | – | 12.3 ms | – | – | – |');
  });

  it('stands in a section with versions, loads and the worst agreement', () => {
    const section = sectionOf(run);
    expect(section).toContain('PyTorch 2.15.0 (2 threads, AVX512) with MKL 2024.2 (2 threads)');
    expect(section).toContain('- scoring: predictions 199 of 200');
  });
});

describe('agreement of the two sides', () => {
  const q = Array.from({ length: 100 }, (_, i) => 10 * i);

  it('is counted by kind', () => {
    const ours = { 'q, within 1 %': q.map((value) => value + (value >= 500 ? 5 : 0)) };
    expect(requireAgreement('scoring', { ours, theirs: { 'q, within 1 %': q } })).toEqual([
      { what: 'q, within 1 %', alike: 100, of: 100 },
    ]);
  });

  it('is equality for ladders, in number and in value', () => {
    const theirs = { regions: [0.9, 3.5, 0.91] };
    const failing = (regions: number[]) => () => requireAgreement('ladder-fine', { ours: { regions }, theirs });
    expect(failing([0.9, 3.5, 0.9100001])).toThrow('regions: 2 of 3');
    expect(failing([0.9, 3.5])).toThrow('regions: 2 of 3');
    expect(failing([0.9, 3.5, 0.91, 0.8])).toThrow('regions: 3 of 4');
  });

  it('fails when one side lacks a kind altogether', () => {
    expect(() => requireAgreement('rows', { ours: {}, theirs: { matrix: ['f00'] } })).toThrow('matrix: 0 of 1');
    expect(() => requireAgreement('rows', { ours: { matrix: ['f00'] }, theirs: {} })).toThrow('matrix: 0 of 1');
  });
});

describe('the words after `bench peers`', () => {
  it('are all works at full size without any', () => {
    const options = { small: false, ours: false, fresh: false, works: WORKS, output: undefined };
    expect(parsePeerOptions([])).toEqual(options);
  });

  it('choose works by name, in their order', () => {
    expect(parsePeerOptions(['--only', 'rows', '--only', 'scoring', '--small']).works).toEqual(['scoring', 'rows']);
  });

  it('are refused when unknown', () => {
    expect(() => parsePeerOptions(['--only', 'speed'])).toThrow('wanted one of scoring');
    expect(() => parsePeerOptions(['--quick'])).toThrow('--quick');
  });
});
