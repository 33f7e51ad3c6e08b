import { type ContrastiveDocument, createDecoder, fineTuneVerified, type UpdatePlace } from '@sdmjs/language-model';
import { largestDifference, type Section, within } from './bench.js';
import { spreadOf } from './timed.js';

/** A short run of `fineTuneVerified` on a toy task: the first of two numbers is the right answer. */
export const fineTuning: Section = async (bench, report) => {
  const epochs = bench.size === 'full' ? 4 : 1;
  const device = await bench.onDevice(() => tune(epochs, 'device'));
  const wasm = await bench.onWasm(() => tune(epochs, 'cpu'));
  report({
    checks: [
      // One and the same documents, layers and bases; a dozen steps at 0.01 on 4,000 weights.
      within(`losses of ${device.losses.length} steps`, largestDifference(device.losses, wasm.losses), 1e-3),
      within('lowest calibration loss', Math.abs(device.bestLoss - wasm.bestLoss), 1e-3),
    ],
    timings: [
      {
        what: `fineTuneVerified, 49 documents, ${epochs} epoch${epochs === 1 ? '' : 's'}, a decoder of width 16`,
        device: spreadOf([device.milliseconds]),
        others: [{ name: 'WebAssembly', spread: spreadOf([wasm.milliseconds]) }],
      },
    ],
    notes: ['The SDM layers of this run trained on the CPU kernels on both sides.'],
  });
};

async function tune(epochs: number, updateOn: UpdatePlace) {
  const decoder = createDecoder(
    {
      vocabularySize: 22,
      contextLength: 12,
      width: 16,
      layerCount: 2,
      headCount: 2,
      feedForwardSize: 12,
      embeddingScale: 4,
      logitScale: 1,
    },
    { seed: 1, embeddingDeviation: 0.08 },
  );
  const start = performance.now();
  const result = await fineTuneVerified({
    decoder,
    trainingSet: documentsOf('t', 0),
    calibrationSet: documentsOf('c', 3),
    verdict: { opening: 19, yes: 20, no: 21 },
    epochs,
    batchSize: 16,
    learningRate: 0.01,
    hardNegatives: false,
    layer: { representationSize: 8, epochs: 3, learningRate: 0.01 },
    updateOn,
  });
  decoder.dispose();
  return { ...result, milliseconds: performance.now() - start };
}

function documentsOf(name: string, offset: number): ContrastiveDocument[] {
  return Array.from({ length: 49 }, (_, i) => {
    const [a, b] = [i % 7, Math.floor(i / 7)];
    const wrong = (a + 1 + ((i + offset) % 6)) % 7;
    return { id: `${name}${i}`, prompt: [a, b], positive: [7 + a], negative: [7 + wrong] };
  });
}
