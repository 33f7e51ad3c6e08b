import { libraryBuild } from '../../tooling/build/tsup-preset.js';
export default libraryBuild('index', 'node/index', 'round-worker', 'tensor/index', 'testing/index');
