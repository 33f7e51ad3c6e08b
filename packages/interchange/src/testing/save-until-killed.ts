import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { saveModel } from '../node/save-model.js';
import { scoreFixture } from './score-fixture.js';

/** Replaces the model at the given path by "newer", and kills its own process just before the given call that changes the file system. */
const [folder = '', callsLeft = '0'] = process.argv.slice(2);
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
await saveModel(scoreFixture({ modelId: 'newer' }), folder, { overwrite: true });
