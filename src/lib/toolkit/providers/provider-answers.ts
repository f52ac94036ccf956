/** The answers to the hook `qwenctl:providers`: results by plugin, and failed plugins. */
export interface ProviderAnswers {
  answers: { plugin: string; providers: unknown }[]
  /** `isUnused`: the plugin was not asked, and the message says why. */
  failures: { plugin: string; message: string; isUnused?: boolean }[]
}

/** Without plugins, only these exist. */
export async function builtinAnswers(): Promise<ProviderAnswers> {
  const { builtinProviders } = await import('../../provider/builtin/index.ts')
  return { answers: [{ plugin: 'qwenctl', providers: builtinProviders }], failures: [] }
}
