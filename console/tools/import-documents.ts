import type { Plugin } from 'vite';

const DOCUMENT =
  /\bgraphql\(\s*\/\* GraphQL \*\/\s*`\s*(query|mutation|subscription|fragment)\s+(\w+)[^`]*`,?\s*\)/g;

/**
 * Replaces each document in a component by an import of what the generator wrote for it. Otherwise every page would load
 * the texts of all documents twice: as the keys by which `graphql()` finds them, and as what it returns.
 */
export function importDocuments(): Plugin {
  return {
    name: 'gatehouse:import-documents',
    enforce: 'pre',
    transform(code, id) {
      if (!/\.tsx?$/.test(id) || id.includes('/gql/') || !DOCUMENT.test(code)) return null;
      const names = new Set<string>();
      const replaced = code.replace(DOCUMENT, (_text, kind: string, name: string) => {
        const constant = `${name}${kind === 'fragment' ? 'FragmentDoc' : 'Document'}`;
        names.add(constant);
        return constant;
      });
      const path = new URL('../src/gql/graphql.ts', import.meta.url).pathname;
      return {
        code: `${replaced}\nimport { ${[...names].join(', ')} } from ${JSON.stringify(path)};\n`,
        map: null,
      };
    },
  };
}
