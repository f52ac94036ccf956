import { constants, runInThisContext } from 'node:vm'

/** Node's own error for an import that fails. The test runner would replace a plain `import()`. */
export async function failImport(specifier: string): Promise<unknown> {
  const load = runInThisContext('(specifier) => import(specifier)', {
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as (specifier: string) => Promise<unknown>
  return load(specifier).catch((error: unknown) => error)
}

/** The error after another version was installed over the files of a running process. */
export function missingOwnFile(): Promise<unknown> {
  return failImport(new URL('../../src/lib/removed.ts', import.meta.url).href)
}
