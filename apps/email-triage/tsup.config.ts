import { applicationBuild } from '../../tooling/build/tsup-preset.js';
export default applicationBuild('main');
