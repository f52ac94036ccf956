import { isObject, isText } from '../json-fields.ts'

/** The sources of an answer as text: the citations of formats do not fit each other. */
export function listSources(citations: readonly unknown[]): string {
  const lines = citations.flatMap((one) => {
    if (isText(one)) return [`- ${one}`]
    const cited = isObject(one) && isObject(one.url_citation) ? one.url_citation : one
    if (!isObject(cited)) return []
    const place = [cited.url, cited.source, cited.document_title].find(isText)
    if (place === undefined) return []
    return [isText(cited.title) && cited.title !== place ? `- ${cited.title}: ${place}` : `- ${place}`]
  })
  return lines.length === 0 ? '' : `\n\nSources:\n${[...new Set(lines)].join('\n')}`
}
