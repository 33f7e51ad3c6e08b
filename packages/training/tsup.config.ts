import { libraryBuild } from '../../tooling/build/tsup-preset.js';
export default libraryBuild('index', 'node/index', 'tensor/index', 'testing/index');
