import { expect, it } from 'vitest';
import type { ModelManifest } from './manifest.js';
import { readManifest } from './read-manifest.js';
import { writeManifest } from './write-manifest.js';

const metadata = {
  note: 'kept',
  bestIterationSplits: { trainingIDs: ['a', 'b', 'é'], trainingPoolIndices: [0, 1, 2] },
  sourceData: { trainingFeatureDigests: ['0'.repeat(64), '1'.repeat(64)] },
  trainingRun: { history: [{ epoch: 1 }] },
};
const manifest: ModelManifest = {
  modelId: 'id',
  createdAt: '2026-01-31T12:00:00Z',
  configuration: {
    classNames: ['no', 'yes'],
    featureCount: 2,
    representationSize: 2,
    maxSimilarity: 5,
    similarityOffset: 2,
    outOfDistributionLimit: 0,
    alphaResolution: 0.05,
  },
  normalization: { mean: 0, standardDeviation: 1 },
  representation: { provider: 'p', fingerprint: 'f', model: null, revision: null, inputTemplate: null },
  supportCount: 3,
  distances: [[0.5, Math.fround(1e20)], []],
  rescaledSimilarities: [[1], [0, 2]],
  regions: [],
  metadata,
};
const textOf = (...[written, largest]: Parameters<typeof writeManifest>) =>
  new TextDecoder().decode(writeManifest(written, largest).bytes);
const whole = textOf(manifest);
const withoutParts = (...parts: (keyof typeof metadata)[]) =>
  textOf({
    ...manifest,
    metadata: Object.fromEntries(Object.entries(metadata).filter(([name]) => !parts.some((part) => part === name))),
  });

it.each<[(keyof typeof metadata)[]]>([
  [[]],
  [['bestIterationSplits']],
  [['sourceData']],
  [['bestIterationSplits', 'sourceData']],
  [['bestIterationSplits', 'sourceData', 'trainingRun']],
])('leaves %j out where the rest fits and more does not', (parts) => {
  const wanted = withoutParts(...parts);
  // The names of what is left out are not counted: a manifest may lose a part for a few bytes.
  const { bytes, leftOut } = writeManifest(manifest, wanted.length + 40 * parts.length);
  expect(new TextDecoder().decode(bytes)).toBe(wanted);
  expect(leftOut).toEqual(parts);
  expect(readManifest(bytes).metadata).toMatchObject({ note: 'kept' });
});

it('holds to the limit, whatever it is', () => {
  const least = withoutParts('bestIterationSplits', 'sourceData', 'trainingRun').length;
  for (let largest = least + 120; largest <= whole.length; largest++) {
    expect(writeManifest(manifest, largest).bytes.length).toBeLessThanOrEqual(largest);
  }
});

it('says so where even the rest is too long', () => {
  expect(() => writeManifest(manifest, 500)).toThrowError(
    expect.objectContaining({ code: 'out-of-range', message: expect.stringMatching(/^manifest\.json: .* 500 bytes/) }),
  );
});
