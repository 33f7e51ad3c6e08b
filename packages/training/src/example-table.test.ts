import { type ExampleTable, featureMatrix, labelsOf } from '@sdmjs/core';
import { expect, it, vi } from 'vitest';
import { createProgress } from './progress.js';
import { completeSettings } from './settings.js';
import { workedCase } from './testing/index.js';
import { trainModel } from './train-model.js';

const { trainingSet, calibrationSet } = workedCase;
const documents = trainingSet.map(({ id }) => `text of ${id}`);

function tableOf(examples: typeof trainingSet): ExampleTable {
  return { ids: examples.map(({ id }) => id), labels: labelsOf(examples), features: featureMatrix(examples) };
}

it('a table trains the model that its examples train, and comes back as places', async () => {
  for (const shuffle of [false, true]) {
    const asList = await trainModel({
      ...workedCase,
      shuffle,
      trainingSet: trainingSet.map((example, i) => ({ ...example, document: documents[i]! })),
    });
    const asTable = await trainModel({
      ...workedCase,
      shuffle,
      trainingSet: { ...tableOf(trainingSet), documents },
      calibrationSet: tableOf(calibrationSet),
    });
    expect(asTable.model).toEqual(asList.model);
    expect(asTable.calibrationScores).toEqual(asList.calibrationScores);
    expect(asTable.rows).toEqual(asList.rows);
    const all = [...trainingSet, ...calibrationSet];
    expect(asList.trainingSet.map(({ id }) => id)).toEqual(Array.from(asTable.rows.training, (row) => all[row]!.id));
    expect([asTable.trainingSet, asTable.calibrationSet]).toEqual([[], []]);
  }
});

it('a table whose parts do not fit each other is refused', async () => {
  const table = tableOf(trainingSet);
  const parts: [Partial<ExampleTable>, RegExp][] = [
    [{ ids: table.ids.slice(1) }, /trainingSet: wanted 16 ids, one a row, got 15/],
    [{ labels: table.labels.slice(1) }, /wanted 16 labels, one a row, got 15/],
    [{ features: { ...table.features, rows: 15 } }, /wanted 15 ids/],
  ];
  for (const [part, says] of parts) {
    const options = { ...workedCase, trainingSet: { ...table, ...part } };
    await expect(trainModel(options)).rejects.toThrow(says);
  }
});

it('matching within an epoch is told at most once a second', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  try {
    const told: number[] = [];
    const { onMatching } = createProgress(completeSettings({}), (event) => {
      if (event.kind === 'matching') told.push(event.completed);
    });
    for (const [milliseconds, completed] of [
      [500, 1],
      [1000, 2],
      [1900, 3],
      [2100, 4],
    ] as const) {
      now.mockReturnValue(milliseconds);
      onMatching({ round: 1, epoch: 1, completed, total: 10, secondsLeft: 1 });
    }
    expect(told).toEqual([2, 4]);
  } finally {
    now.mockRestore();
  }
});
