const KEPT = new Set(["theme", "visiblePlugin", "docExplorerFlex", "editorFlex", "secondaryEditorFlex"].map((key) => `graphiql:${key}`));

/**
 * What GraphiQL keeps between visits. Only the look of the page reaches the browser's storage; queries, variables and
 * headers may hold passwords and tokens, so they are kept in memory and end with the page.
 */
export function createStorage(lasting: Storage | null): Storage {
  const passing = new Map<string, string>();
  const isKept = (key: string): boolean => lasting !== null && KEPT.has(key);
  const keys = (): string[] => [...passing.keys(), ...[...KEPT].filter((key) => lasting?.getItem(key) != null)];
  return {
    getItem: (key) => (isKept(key) ? lasting?.getItem(key) : passing.get(key)) ?? null,
    setItem: (key, value) => void (isKept(key) ? lasting?.setItem(key, value) : passing.set(key, value)),
    removeItem: (key) => void (isKept(key) ? lasting?.removeItem(key) : passing.delete(key)),
    clear() {
      for (const key of keys()) this.removeItem(key);
    },
    key: (index) => keys()[index] ?? null,
    get length() {
      return keys().length;
    },
  };
}

/** The browser's storage, or null where a visitor's settings forbid it. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
