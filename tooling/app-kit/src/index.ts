export { hearTraining } from './hear-training.js';
export { takeLock } from './lock-file.js';
export { share, wholeNumber, wholeNumbers } from './numbers.js';
export { openRunFolder, readRunFolder, runFolderAt, type RunFolder } from './run-folder.js';
export { formatTable, markdownTable, type TableRow } from './table.js';
export { createTerminal, type StageProgress, type Terminal } from './terminal.js';
