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
const UNIT = UNITS.map(([words]) => `(?:${words})`).join('|')
const PART = `\\d{1,6}(?:[.,]\\d{1,3})? ?(?:${UNIT})(?!\\p{L})`
const GLUED = `\\d{1,6} ?(?:秒間?|분|초|分間?|시간|時間|일|日間?)`
const SPAN = `${PART}(?:,? (?:und |и |et |y |e )?${PART}){0,3}`

/** A preposition that means "from now on" and a span: `in 45 Sekunden`, `через 2 часа 15 минут`. */
const BEHIND_PREPOSITION = new RegExp(`(?<!\\p{L})(?:in|nach|через|en|dentro de|dans|em) (${SPAN})`, 'iu')
/** A span and "after": `2時間30分後`, `1분 후`. */
const BEFORE_AFTER = new RegExp(`(${GLUED}(?: ?${GLUED}){0,3}) ?(?:後|후|뒤)`, 'u')

/** `10 Anfragen in 60 Sekunden` is a rate: a wait names the next attempt too. */
const NEXT_ATTEMPT =
  /erneut|wieder|wart|zurückgesetzt|verfügbar|повтор|попроб|обнов|сброс|доступ|int[eé]nt|espere|restable|disponible|disponível|réessa|attend|patient|réinitialis|tente|aguarde|redefin/i

/** The wait that a message names in one of these languages, in milliseconds; null: none. */
export function readForeignWait(message: string): number | null {
  const after = BEFORE_AFTER.exec(message)?.[1]
  if (after !== undefined) return addUp(after)
  const wait = BEHIND_PREPOSITION.exec(message)?.[1]
  return wait !== undefined && NEXT_ATTEMPT.test(message) ? addUp(wait) : null
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
