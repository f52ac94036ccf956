// Waits in Japanese, Korean, German, Russian, French, Spanish and Portuguese. `reset-words.ts` reads English and
// Chinese.

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Units, the longer word first. */
const UNITS: readonly (readonly [string, number])[] = [
  ['Sekunden?|секунд[аыу]?|сек|segundos?|secondes?|秒間?|초', SECOND],
  ['Minuten?|минут[аыу]?|мин|minutos?|minutes?|分間?|분', MINUTE],
  ['Stunden?|Std|час(?:а|ов)?|horas?|heures?|時間|시간', HOUR],
  ['Tage?n?|день|дня|дней|d[íi]as?|jours?|日間?|일', DAY],
]

/** The words of one language. A preposition of one and a unit of another are no wait: `in 60 minutes` is English. */
interface Language {
  /** Prepositions that mean "from now on", and words that ask to wait. */
  before: string
  units: string
  and: string
  /** The start of words for the next attempt. */
  again: string
}

const LANGUAGES: readonly Language[] = [
  {
    before: 'in|nach|warten Sie(?: bitte)?',
    units: 'Sekunden?|Minuten?|Stunden?|Std|Tage?n?',
    and: 'und',
    again: 'erneut|wieder|wart(?:e|en|ezeit)(?!\\p{L})|zurückgesetzt|verfügbar|versuch',
  },
  {
    before: 'через|подождите',
    units: 'секунд[аыу]?|сек|минут[аыу]?|мин|час(?:а|ов)?|день|дня|дней',
    and: 'и',
    again: 'повтор|попроб|попыт|подожд|обнов|сброс|доступ',
  },
  {
    before: 'dans|en|attendez|patientez',
    units: 'secondes?|minutes?|heures?|jours?',
    and: 'et',
    again: 'réessa|attend(?:ez|re)|patient(?:ez|er)|réinitialis|disponible(?!s?\\p{L})',
  },
  {
    before: 'en|dentro de|em|espere|aguarde',
    units: 'segundos?|minutos?|horas?|d[íi]as?',
    and: '[ye]',
    again: 'r?e?int[eé]nt|espere|restable|disponible|vuelva|tente|aguarde|redefin|disponível',
  },
]

/** `10 Anfragen in 60 Sekunden` is the span of a limit, not a wait. */
const COUNT = String.raw`(?<!\d[\d.,]{0,9} ?\p{L}{2,20} )`

const waits = LANGUAGES.map(({ before, units, and, again }) => {
  const part = String.raw`\d{1,6}(?:[.,]\d{1,3})? ?(?:${units})(?!\p{L})`
  return {
    span: new RegExp(
      String.raw`${COUNT}(?<!\p{L})(?:${before}) (${part}(?:,? (?:${and} )?${part}){0,3})`,
      'giu',
    ),
    again: new RegExp(String.raw`(?<!\p{L})(?:${again})`, 'iu'),
  }
})

/** A span and "after": `2時間30分後`, `1분 후`. */
const GLUED = `\\d{1,6} ?(?:秒間?|분|초|分間?|시간|時間|일|日間?)`
const BEFORE_AFTER = new RegExp(`(${GLUED}(?: ?${GLUED}){0,3}) ?(?:後|후|뒤)`, 'u')

/** The wait that a message names beside the next attempt, in milliseconds; null: none. */
export function readForeignWait(message: string): number | null {
  const after = BEFORE_AFTER.exec(message)?.[1]
  if (after !== undefined) return addUp(after)
  for (const sentence of message.split(/[.!?;:\n](?!\d)/)) {
    const span = findLastSpan(sentence)
    if (span !== null) return addUp(span)
  }
  return null
}

/** The last wait of a message with a word for the next attempt elsewhere, in milliseconds; null: none. */
export function readLooseForeignWait(message: string): number | null {
  const span = findLastSpan(message)
  return span === null ? null : addUp(span)
}

/** The last span in a text, if its language also has a word for the next attempt there. */
function findLastSpan(text: string): string | null {
  for (const { span, again } of waits) {
    if (!again.test(text)) continue
    const found = [...text.matchAll(span)].at(-1)?.[1]
    if (found !== undefined) return found
  }
  return null
}

function addUp(span: string): number {
  let sum = 0
  for (const [, amount = '', word = ''] of span.matchAll(
    /(?<!\d)(\d{1,6}(?:[.,]\d{1,3})?) ?(\p{L}{1,12})/gu,
  )) {
    sum += Number(amount.replace(',', '.')) * findUnit(word)
  }
  return sum
}

function findUnit(word: string): number {
  return UNITS.find(([words]) => new RegExp(`^(?:${words})$`, 'iu').test(word))?.[1] ?? 0
}
