import { isObject, isText, type Json } from '../json-fields.ts'

/** A source of an answer. */
export interface Citation {
  url: string
  title: string
}

/** The sources of an answer, without repetitions. Citations of formats do not fit each other, so only these parts stay. */
export function readSources(citations: readonly unknown[]): Citation[] {
  const found = new Map<string, Citation>()
  for (const one of citations) {
    const cited = isObject(one) && isObject(one.url_citation) ? one.url_citation : one
    const { url, source, document_title, title }: Json = isObject(cited) ? cited : { url: cited }
    const place = [url, source, document_title].find(isText)
    if (place === undefined) continue
    const named = isText(title) ? title : place
    found.set(`${place} ${named}`, { url: place, title: named })
  }
  return [...found.values()]
}

/** The sources of an answer as text. */
export function listSources(citations: readonly unknown[]): string {
  const lines = readSources(citations).map(({ url, title }) =>
    title === url ? `- ${url}` : `- ${title}: ${url}`,
  )
  return lines.length === 0 ? '' : `\n\nSources:\n${lines.join('\n')}`
}
