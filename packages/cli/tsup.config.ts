import { libraryBuild } from '../../tooling/build/tsup-preset.js';
export default libraryBuild('index', 'main');
