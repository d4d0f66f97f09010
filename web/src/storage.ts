const PERSISTENT_KEYS = new Set(
  ["theme", "visiblePlugin", "docExplorerFlex", "editorFlex", "secondaryEditorFlex"].map((key) => `graphiql:${key}`),
);

/**
 * Creates GraphiQL's storage. Only the page's appearance reaches the browser's storage. Queries, variables and headers
 * can contain passwords and tokens, so they are kept in memory and are gone when the page is closed.
 */
export function createStorage(persistent: Storage | null): Storage {
  const inMemory = new Map<string, string>();
  const isPersistent = (key: string): boolean => persistent !== null && PERSISTENT_KEYS.has(key);
  const keys = (): string[] => [...inMemory.keys(), ...[...PERSISTENT_KEYS].filter((key) => persistent?.getItem(key) != null)];
  return {
    getItem: (key) => (isPersistent(key) ? persistent?.getItem(key) : inMemory.get(key)) ?? null,
    setItem: (key, value) => void (isPersistent(key) ? persistent?.setItem(key, value) : inMemory.set(key, value)),
    removeItem: (key) => void (isPersistent(key) ? persistent?.removeItem(key) : inMemory.delete(key)),
    clear() {
      for (const key of keys()) this.removeItem(key);
    },
    key: (index) => keys()[index] ?? null,
    get length() {
      return keys().length;
    },
  };
}

/** Returns the browser's storage, or null if the visitor's settings forbid it. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
