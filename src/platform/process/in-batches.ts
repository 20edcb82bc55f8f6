/**
 * Repeats work that handles at most `size` items, until it handles fewer: then nothing is left.
 * @param work returns how many items it handled
 */
export async function inBatches(size: number, work: (size: number) => Promise<number>): Promise<void> {
  for (let handled = size; handled === size; ) handled = await work(size);
}
