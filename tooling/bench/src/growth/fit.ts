/** y ≈ factor · xᵏ with the exponent k of least squares on logarithms; undefined for fewer than two different x. */
export function fitExponent(points: readonly { readonly x: number; readonly y: number }[]): number | undefined {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const mean = (of: 'x' | 'y') => logs.reduce((sum, point) => sum + point[of], 0) / logs.length;
  const [center, height] = [mean('x'), mean('y')];
  const spread = logs.reduce((sum, { x }) => sum + (x - center) ** 2, 0);
  if (!(spread > 0)) return undefined;
  return logs.reduce((sum, { x, y }) => sum + (x - center) * (y - height), 0) / spread;
}
