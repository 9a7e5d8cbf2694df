/** Resolves when the condition holds; fails loudly after `withinMs`. An error in it counts as not yet. */
export const until = async (condition: () => boolean, withinMs = 5000): Promise<void> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      if (condition()) return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${condition.toString()}`);
    await Bun.sleep(5);
  }
};
