/**
 * Why there is no build. `unavailable`: this machine lacks something (a tool, a platform, a network), and nothing is wrong with the
 * recipe; `failed`: what should have worked did not.
 */
export class BuildError extends Error {
  constructor(
    readonly kind: 'unavailable' | 'failed',
    message: string,
  ) {
    super(message);
    this.name = 'BuildError';
  }
}
