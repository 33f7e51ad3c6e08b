import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { testEncoder } from '@sdmjs/adapters/testing';
import { createTransformersEncoder, type Pipeline } from '@sdmjs/adapters/transformers';
import { afterAll, describe, expect, it } from 'vitest';
import { gatherModel } from './onnx-model.js';
import { idsOf, TABLE, WIDTH, writeTinyModel } from './tiny-model.js';

it('writes an ONNX model: version 8 of the format, operator set 13, one graph', () => {
  const model = Buffer.from(gatherModel(TABLE, WIDTH));
  expect([...model.subarray(0, 7)]).toEqual([8, 8, 66, 2, 16, 13, 58]); // ir_version 8; opset_import { version 13 }; graph
  expect(model.includes(Buffer.from(TABLE.buffer))).toBe(true);
});

// Opt-in: the folder where `npm i @huggingface/transformers` was run (half a gigabyte).
const installed = process.env['SDMJS_TRANSFORMERS'];
if (installed !== undefined) describe('on transformers.js', () => onTransformers(installed));

function onTransformers(folder: string): void {
  const model = mkdtempSync(join(tmpdir(), 'tiny-model-'));
  writeTinyModel(model);
  afterAll(() => rmSync(model, { recursive: true }));

  const create = async () => {
    const entry = createRequire(join(folder, 'package.json')).resolve('@huggingface/transformers');
    const { pipeline, env } = (await import(pathToFileURL(entry).href)) as {
      pipeline: Pipeline;
      env: { allowRemoteModels: boolean; localModelPath: string };
    };
    env.allowRemoteModels = false;
    env.localModelPath = `${dirname(model)}/`;
    return createTransformersEncoder({ pipeline, model: basename(model) });
  };

  testEncoder('transformers.js on a tiny ONNX model', create);

  it('gives the mean of the table rows of the tokens, at length 1', async () => {
    const encoder = await create();
    const words = 'the meeting is moved';
    const rows = idsOf(words).map((id) => TABLE.subarray(id * WIDTH, (id + 1) * WIDTH));
    const sums = Array.from({ length: WIDTH }, (_, j) => rows.reduce((sum, row) => sum + row[j]!, 0));
    const { data } = await encoder.encode([words, 'a longer sentence with a comma, and more']);
    // Six float32 numbers summed and scaled.
    sums.forEach((sum, j) => expect(data[j]).toBeCloseTo(sum / Math.hypot(...sums), 6));
    encoder.dispose();
  });
}
