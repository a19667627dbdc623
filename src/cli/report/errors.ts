export function tellError(_s: unknown, e: unknown): number {
  console.error(e);
  return 70;
}
