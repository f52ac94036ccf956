/** What the plugins answered to the hook `qwenctl:providers`. */
export interface ProviderAnswers {
  answers: { plugin: string; providers: unknown }[]
  failures: { plugin: string; message: string }[]
}

/** Without plugins there are these alone. */
export async function builtinAnswers(): Promise<ProviderAnswers> {
  const { builtinProviders } = await import('../provider/builtin/index.ts')
  return { answers: [{ plugin: 'qwenctl', providers: builtinProviders }], failures: [] }
}
