import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { createEnsemble } from '@sdmjs/estimator';
import { saveEnsemble } from '../node/ensemble-folder.js';
import { saveModel } from '../node/save-model.js';
import { scoreFixture } from './score-fixture.js';

/** Replaces the model (or, told so, the ensemble) at the given path by "newer", and kills its own process just before the given call that changes the file system. */
const [folder = '', callsLeft = '0', what = 'model'] = process.argv.slice(2);
let left = Number(callsLeft);

function countDown(): void {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
}

function counted<Arguments extends unknown[], Result>(call: (...values: Arguments) => Result) {
  return (...values: Arguments): Result => {
    countDown();
    return call(...values);
  };
}

Object.assign(fs, { mkdir: counted(fs.mkdir), open: counted(fs.open), rename: counted(fs.rename), rm: counted(fs.rm) });
syncBuiltinESMExports();
const newer = scoreFixture({ modelId: 'newer' });
if (what === 'ensemble') {
  await saveEnsemble(createEnsemble([newer, scoreFixture({ modelId: 'newer-2' })]), folder, { overwrite: true });
} else {
  await saveModel(newer, folder, { overwrite: true });
}
