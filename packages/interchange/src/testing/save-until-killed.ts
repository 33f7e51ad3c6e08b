import process from 'node:process';
import { createEnsemble } from '@sdmjs/estimator';
import { saveEnsemble } from '../node/ensemble-folder.js';
import { saveModel } from '../node/save-model.js';
import { killBefore } from './killed-process.js';
import { scoreFixture } from './score-fixture.js';

/** Replaces the model (or, told so, the ensemble) at the given path by "newer", and kills its own process just before the given call that changes the file system. */
const [folder = '', call = '0', what = 'model'] = process.argv.slice(2);

killBefore(Number(call)).countFileChanges();
const newer = scoreFixture({ modelId: 'newer' });
if (what === 'ensemble') {
  await saveEnsemble(createEnsemble([newer, scoreFixture({ modelId: 'newer-2' })]), folder, { overwrite: true });
} else {
  await saveModel(newer, folder, { overwrite: true });
}
