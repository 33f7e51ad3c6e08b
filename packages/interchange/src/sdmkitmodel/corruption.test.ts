import { SdmError } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import type { PackageFiles } from '../checksums.js';
import { editText, setInManifest } from '../testing/edit-package.js';
import { fixtureCalibration, scoreFixture } from '../testing/score-fixture.js';
import { decodeModel, type LoadOptions } from './decode-model.js';
import { encodeModel } from './encode-model.js';

const whole = await encodeModel(scoreFixture({ calibrationScores: fixtureCalibration(), metadata: { seed: 7 } }));
/** Without checksums, so that each change is judged by itself. */
const unsummed = setInManifest(whole, 'checksums', undefined);

async function refusalOf(files: PackageFiles, options?: LoadOptions): Promise<SdmError> {
  const error = await decodeModel(files, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!SdmError.is(error)) throw new Error(`wanted an SdmError, got ${String(error)}`);
  return error;
}

function without(files: PackageFiles, absent: string): PackageFiles {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== absent));
}

it('takes the package as it is, with checksums and without', async () => {
  await decodeModel(whole);
  await decodeModel(unsummed);
});

describe('a member of the manifest', () => {
  it.each<[path: string, value: unknown, code?: string]>([
    ['schemaVersion', 2, 'unsupported-version'],
    ['schemaVersion', true],
    ['schemaVersion', undefined],
    ['surplus', 1],
    ['modelID', ''],
    ['createdAt', '2026-01-31 12:00'],
    ['createdAt', '2026-01-31T12:00:00'],
    ['producer.version', undefined],
    ['configuration.surplus', 1],
    ['configuration.numberOfClasses', 1],
    ['configuration.numberOfClasses', 3],
    ['configuration.numberOfClasses', 2.5],
    ['configuration.classNames', ['A', 'A']],
    ['configuration.classNames', ['\u00e9', 'e\u0301']],
    ['configuration.classNames', ['A', '']],
    ['configuration.embeddingDimension', 0],
    ['configuration.exemplarDimension', 3],
    ['configuration.maxNeighbors', 0],
    ['configuration.qOffset', 1],
    ['configuration.qOffset', 1e39],
    ['configuration.oodLimit', -1],
    ['configuration.alphaResolution', 0.5],
    ['configuration.alphaResolution', 0.00001],
    ['configuration.distanceMetric', 'cosine'],
    ['configuration.neighborTieBreak', 'random'],
    ['normalization.standardDeviation', 0],
    ['normalization.standardDeviation', 1e-50],
    ['normalization.mean', '0'],
    ['representation.fingerprint', ''],
    ['representation.revision', undefined],
    ['representation.model', 3],
    ['weights.file', '../weights.f32'],
    ['weights.elementCount', 11],
    ['support.count', 0],
    ['support.count', 4],
    ['support.recordsFile', 'x'],
    ['distanceCDFs', [[0, 1, 4]]],
    ['distanceCDFs', [[0, 4, 1], []]],
    ['distanceCDFs', [[-1], []]],
    ['distanceCDFs', [[1e39], []]],
    ['rescaledSimilarityCDFs', [[6], []]],
    ['regions.0.alpha', 0.95],
    ['regions.0.alpha', 0.7],
    ['regions.0.minimumRescaledSimilarity', -1],
    ['regions.0.minimumRescaledSimilarity', 6],
    ['regions.0.outputThresholds', [0.9]],
    ['regions.0.outputThresholds', [0.9, 0.8]],
    ['regions.0.outputThresholds', [0.9, 1.1]],
    ['regions.0.surplus', 1],
    ['metadata', null],
    ['metadata', []],
    ['checksums', null],
    ['checksums', {}],
    ['checksums', { 'weights.f32': 'ABC' }],
  ])('%s = %j is refused', async (path, value, code = 'bad-format') => {
    const error = await refusalOf(setInManifest(unsummed, path, value));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^(manifest\.json|support\.f32).*; /);
  });

  it('metadata nests 64 levels deep and no deeper', async () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
    await decodeModel(setInManifest(unsummed, 'metadata', nested(64)));
    expect((await refusalOf(setInManifest(unsummed, 'metadata', nested(65)))).code).toBe('bad-format');
  });
});

describe('a line of the records', () => {
  it.each<[what: string, name: string, from: string | RegExp, to: string, code?: string]>([
    ['a missing line', 'support.jsonl', /\n.*\n$/, '\n'],
    ['a surplus line', 'support.jsonl', /$/, '{"id":"s5","label":0,"predictedLabel":0}\n'],
    ['a blank line', 'support.jsonl', '\n', '\n\n'],
    ['a line cut short', 'support.jsonl', /.{5}\n$/, ''],
    ['an id twice', 'support.jsonl', '"s1"', '"s0"', 'duplicate-id'],
    ['an empty id', 'support.jsonl', '"s1"', '""'],
    ['an unknown key', 'support.jsonl', '"label"', '"Label"'],
    ['a label beyond the classes', 'support.jsonl', '"label":1', '"label":2', 'label-out-of-range'],
    ['an unlabeled row', 'support.jsonl', '"label":1', '"label":-1', 'label-out-of-range'],
    ['a label that is no integer', 'support.jsonl', '"label":1', '"label":0.5'],
    ['a prediction of no class', 'support.jsonl', '"predictedLabel":1', '"predictedLabel":-99', 'label-out-of-range'],
    ['a document that is no text', 'support.jsonl', '"id"', '"document":1,"id"'],
    ['metadata that is no object', 'support.jsonl', '"id"', '"metadata":[],"id"'],
    ['a key twice', 'support.jsonl', '"id"', '"label":5,"id"'],
    ['bytes that are no UTF-8 text', 'support.jsonl', '"s0"', '"\ufffd"'],
    ['an id twice', 'calibration.jsonl', '"c1"', '"c0"', 'duplicate-id'],
    ['a label of no class', 'calibration.jsonl', '"label":1', '"label":-99', 'label-out-of-range'],
    ['probabilities of another sum', 'calibration.jsonl', '[0.5,0.5]', '[0.5,0.4]'],
    ['a probability above 1', 'calibration.jsonl', '[0.5,0.5]', '[1.5,-0.5]'],
    ['a probability too few', 'calibration.jsonl', '[0.5,0.5]', '[1]'],
    ["a q' above q", 'calibration.jsonl', '"qPrime":0', '"qPrime":3'],
    ["a q' above every q", 'calibration.jsonl', '"qPrime":4,"q":4', '"qPrime":6'],
    ['a q that is no integer', 'calibration.jsonl', '"q":2', '"q":2.5'],
    ['a negative distance', 'calibration.jsonl', '"d0":0', '"d0":-1'],
    ['a distance quantile above 1', 'calibration.jsonl', '"d":1', '"d":1.5'],
    ['logits that say another class', 'calibration.jsonl', '"zPrime":[2,0]', '"zPrime":[0,2]'],
    ['a missing q prime', 'calibration.jsonl', '"qPrime":2,', ''],
  ])('%s (%s) is refused', async (what, name, from, to, code = 'bad-format') => {
    let files = editText(unsummed, name, (text) => text.replace(from, to));
    if (what.includes('UTF-8')) files = { ...files, [name]: files[name]!.map((byte) => (byte === 0xef ? 0xff : byte)) };
    const error = await refusalOf(files);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/; /);
  });

  it('may end in any of three ways, or not at all, and lack what is optional', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const files = editText(unsummed, 'support.jsonl', (text) => text.trimEnd().replaceAll('\n', end));
      expect((await decodeModel(files)).model.support.ids).toHaveLength(5);
    }
    const empty = await decodeModel(editText(unsummed, 'calibration.jsonl', () => ''));
    expect(empty.calibrationScores?.ids).toEqual([]);
    const bare = editText(unsummed, 'calibration.jsonl', (text) => text.replace('"q":2,', ''));
    expect((await decodeModel(bare)).calibrationScores).not.toHaveProperty('similarities');
  });
});

describe('a file', () => {
  const payloads = ['weights.f32', 'support.f32', 'support.jsonl', 'calibration.jsonl'];

  it.each(payloads)('%s with one bit turned does not fit its checksum', async (name) => {
    const turned = whole[name]!.map((byte, i) => (i === 3 ? byte ^ 1 : byte));
    expect((await refusalOf({ ...whole, [name]: turned })).code).toBe('bad-checksum');
  });

  it.each(['manifest.json', ...payloads])('%s cut off at any place is refused', async (name) => {
    const bytes = whole[name]!;
    // A manifest without its last newline is still whole.
    const longest = name === 'manifest.json' ? bytes.length - 2 : bytes.length - 1;
    for (let length = 0; length <= longest; length += Math.max(1, Math.floor(longest / 12))) {
      expect(['bad-format', 'bad-checksum']).toContain(
        (await refusalOf({ ...whole, [name]: bytes.slice(0, length) })).code,
      );
    }
  });

  it.each(['weights.f32', 'support.f32'])('%s of another size is refused without checksums too', async (name) => {
    const error = await refusalOf({ ...unsummed, [name]: unsummed[name]!.slice(4) });
    expect(error.message).toMatch(/wanted \d+ bytes .* cut off/);
  });

  it.each(['weights.f32', 'support.f32'])('%s may not hold NaN', async (name) => {
    const bytes = unsummed[name]!.slice();
    bytes.set([0, 0, 0xc0, 0x7f]);
    expect((await refusalOf({ ...unsummed, [name]: bytes })).code).toBe('not-finite');
  });

  it.each(['manifest.json', 'weights.f32', 'support.f32', 'support.jsonl'])('%s may not be missing', async (name) => {
    expect((await refusalOf(without(unsummed, name))).message).toContain(`${name}: the package has no such file`);
  });

  it('without a checksum of its own is refused when others have one', async () => {
    expect((await refusalOf(without(whole, 'calibration.jsonl'))).message).toContain('checksums');
  });
});

it('refuses a model of other features, and a target accuracy that is no rung', async () => {
  await decodeModel(whole, { expectedFingerprint: 'scored-document-fixture-v1', targetAccuracy: 0.8 });
  expect((await refusalOf(whole, { expectedFingerprint: 'other' })).code).toBe('fingerprint-mismatch');
  expect((await refusalOf(whole, { targetAccuracy: 0.95 })).code).toBe('out-of-range');
});
