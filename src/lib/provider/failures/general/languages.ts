// The commonest failures in Japanese, Korean, German, Russian, French, Spanish and Portuguese. Chinese is beside
// English in the other files, because Chinese services mix both in one message.
import { announcedEnd, type FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'
import { refusesRate } from './rate.ts'

/** Statuses of a refused request; messages under them name keys, models and limits as parts of the request too. */
const isRefused = (status: number): boolean => [400, 404, 413, 422, 424].includes(status)

/** A field of the request, or something that it names, which may have a login of its own. */
const NAMED =
  /フィールド|ファイル|画像|リンク|ダウンロード|ツール|プラグイン|필드|파일|이미지|링크|다운로드|도구|\b(?:feld|datei|bild|archivo|enlace|imagen|campo|arquivo|fichier|lien|champ|url|mcp)\b|(?<![а-яё])(?:пол[еяю]|файл|ссылк|изображени|загрузк|инструмент)/i

const KEY_REFUSED = new RegExp(
  [
    '(?:API ?キー|アクセス ?キー|(?:API|アクセス|認証|Bearer) ?トークン|認証情報)(?:が|は|の)?.{0,8}(?:無効|不正|期限切れ|見つかりません|失効)|API ?키.{0,12}(?:유효하지|잘못|만료)|유효하지 않은 API ?키',
    String.raw`\b(?:ung[üu]ltige[rn]?|falsche[rn]?|abgelaufene[rn]?) (?:api|zugangs)[- ]?(?:schl[üu]ssel|key|token)|\b(?:cl[ée]|clave|chave) (?:d['’])?(?:de )?api (?:est |es |é )?(?:non )?(?:invalide|inv[áa]lida|incorrecta|expir[ée]e|expirada)|\bapi[- ]?(?:schl[üu]ssel|key) (?:ist )?(?:ung[üu]ltig|abgelaufen)`,
    '(?:неверн|недействительн|некорректн|просрочен)[а-яё]{2,3} (?:api[- ]?(?:ключ|токен)|(?:ключ|токен) (?:api|доступа|авторизации))|(?:api[- ]?(?:ключ|токен)|(?:ключ|токен) (?:api|доступа|авторизации)) (?:недействителен|неверен|просрочен|ист[её]к)',
  ].join('|'),
  'i',
)

/** A bare token may be one of the input: it is the key under the statuses of keys, or as the whole message. */
const TOKEN =
  'トークン(?:が|は|の)?.{0,8}(?:無効|不正|期限切れ|見つかりません|失効)|토큰.{0,4}(?:유효하지|만료)|(?:неверн|недействительн|некорректн|просрочен)[а-яё]{2,3} (?:ключ|токен)|(?:ключ|токен) (?:недействителен|неверен|просрочен|ист[её]к)'
const TOKEN_REFUSED = new RegExp(TOKEN, 'i')
const TOKEN_ALONE = new RegExp(`^(?:${TOKEN})(?:です|でした|しました|않습니다|되었습니다)?[.。!！]?$`, 'i')
const LOGIN_FAILED = /認証に失敗|인증에 실패|ошибка (?:авторизации|аутентификации)/i

/** 429 is a limit. Under 5xx the service may be unable to check the key, so only words about the key itself count. */
const refusesKey = ({ status, words }: FailedAnswer): boolean => {
  if (status === 429) return false
  if (KEY_REFUSED.test(words)) return true
  if (status >= 500) return false
  if ((status === 401 || status === 403 ? TOKEN_REFUSED : TOKEN_ALONE).test(words)) return true
  return LOGIN_FAILED.test(words) && !(isRefused(status) && NAMED.test(words))
}

const SHUT_OUT =
  /アカウント(?:が|は).{0,8}(?:停止|凍結|無効(?!な(?:形式|値|文字|名))|ロック)|계정이 .{0,8}(?:정지|차단|비활성)|\bkonto (?:wurde|ist) (?:gesperrt|deaktiviert)|\b(?:cuenta|conta) (?:ha sido |est[áa] |foi )?(?:suspendida|bloqueada|desactivada|suspensa)|\bcompte (?:a été |est )?(?:suspendu|bloqué|désactivé)|(?:аккаунт|уч[её]тная запись|пользователь) (?:был[аи]? )?(?:заблокирован|отключ[её]н|удал[её]н)/i

const MONEY =
  /残高(?:が|は)?不足|残高がありません|クレジットが(?:不足|ありません)|(?:크레딧|잔액)이? ?부족|\bguthaben\b.{0,20}(?:aufgebraucht|ersch[öo]pft|nicht ausreichend|zu niedrig)|\bsaldo insuficiente|\b(?:cr[ée]dits?|solde) (?:insuffisants?|[ée]puis[ée]s?)|недостаточно (?:средств|кредит|баланс)|(?:баланс|кредит[ыов]{0,2}) (?:исчерпан|израсходован)/i

/** Parts of a request. English words are not here: they are also in messages about limits. */
const PART = new RegExp(
  [
    'パラメータ|フィールド|画像(?:が|の|を)|メッセージが(?:空|不正)|매개변수',
    String.raw`\b(?:ung[üu]ltige[rs]?|falsche[rs]?|fehlende[rs]?|unbekannte[rs]?) (?:parameter|argument|wert|feld)\b|\bnachricht (?:ist |darf nicht )?leer\b|\b(?:par[áa]metros?|param[èe]tres?)\b|\bmensaje (?:est[áa] )?vac[íi]o|\b(?:la|una) imagen\b|\b(?:das|ein) bild\b`,
    'параметр|сообщени[ея] пуст|изображени|некорректн[а-яё]{2,3} (?:запрос|значени|формат|тип|json|тело)',
  ].join('|'),
  'i',
)

/** A text or a body that is too long, which services also call a limit. */
const SIZE = new RegExp(
  [
    'コンテキスト(?:長|ウィンドウ)|長すぎ|文字数|サイズ|ボディ|컨텍스트 길이|길이가|너무 (?:깁|길)|글자 ?수|요청 크기',
    String.raw`\bkontextl[äa]nge|\b(?:eingabe|nachricht|anfrage) (?:ist )?zu (?:lang|gro(?:ß|ss))|\blongitud del contexto|\blongueur du contexte|\b(?:mensaje|entrada) (?:es )?demasiado larg[oa]|\b(?:message|entr[ée]e) trop longue?`,
    'длин[аыу] контекста|слишком длинн|лимит символов|размера? (?:запроса|файла|тела|сообщения|контекста)|токенов.{0,20}\\d ?> ?\\d',
  ].join('|'),
  'i',
)

/** Sizes in a span of time are limits of the account. */
const PER_TIME =
  /1日|一日|本日|毎日|週間|月間|(?:毎|1)分|分あたり|분당|일일|в (?:минуту|секунду|час|день|сутки)|(?:дневн|суточн|недельн|месячн)|\b(?:pro|por|par) (?:minut[eo]|stunde|heure|hora|tag|jour|d[íi]a)\b/i

const WINDOW =
  /(?:1日|一日|本日|週間|月間|毎日)の?.{0,8}(?:上限|制限|利用枠)|(?:利用|使用量の?)(?:制限|上限)に達し|(?:일일|주간|월간) .{0,8}(?:한도|할당량)|\b(?:tages|wochen|monats)(?:limit|kontingent)|\b(?:l[íi]mite|cuota|cota) (?:diari[oa]|semanal|mensua?l|di[áa]ri[oa])|\b(?:limite|quota) (?:quotidienne?|journali[èe]re?|hebdomadaire|mensuelle?)|(?:дневн|суточн|недельн|месячн)[а-яё]{2,3} (?:лимит|квот)/i

const RATE =
  /リクエスト(?!.{0,6}(?:サイズ|ボディ|本文|長|文字)).{0,8}(?:多すぎ|上限|制限)|レート制限|요청이 너무 많|요청 한도(?:를|가|에)? ?(?:초과|도달)|\bzu viele anfragen|\b(?:raten|anfrage)limit|\bdemasiadas (?:solicitudes|peticiones)|\btrop de requ[êe]tes|\bmuitas solicita[çc][õo]es|слишком много запросов|превышен[аоы]? (?:лимит|квота|частота|количество|число)(?: (?:на|по|количеств[ау]|числ[ау]|частоты)){0,2} (?:запросов|обращений|вызовов)|превышен[аоы]? .{0,60} в (?:минуту|секунду)/i
/** Limits of an unknown kind: a rate under its statuses or with an end. */
const SOME_LIMIT = /превышен[аоы]? (?:лимит|квота|частота)/i

const isRateLimit = (answer: FailedAnswer): boolean =>
  RATE.test(answer.words) ||
  (SOME_LIMIT.test(answer.words) && (refusesRate(answer.status) || announcedEnd(answer) !== null))

/** A model's name, or what replaces a quoted one. */
const NAME = String.raw`(?:\S{0,60}[\d…/_-]\S{0,60} )?`
/** The model itself is missing, directly behind its name: "this model has no tools" is a fault of the request. */
const NO_MODEL = new RegExp(
  [
    'モデル(?:名|ID)?(?: ?[\\w.:…/-]{1,80} ?)?(?:が|は|を)?(?:現在|現時点で)?(?:存在しません|見つかりません|利用できません)|모델(?:을|를|이|가|은|는)? ?(?:[\\w.:…/-]{1,80} ?(?:을|를|이|가|은|는)? ?)?(?:찾을 수 없|존재하지)',
    String.raw`(?<!\bf[üu]r (?:das|dieses|ihr|unser) )\bmodell:? ${NAME}(?:wurde |ist |konnte )?(?:derzeit |leider |momentan )?(?:nicht (?:gefunden|verf[üu]gbar|vorhanden)|existiert nicht)`,
    String.raw`(?<!\b(?:para|de) (?:este|el|o|ese) )\bmodelo:? (?:(?:indicado|solicitado|especificado|requerido) )?${NAME}(?:no (?:existe|encontrado|(?:est[áa] )?disponible|se (?:encontr[óo]|encuentra))|n[ãa]o (?:existe|(?:foi )?encontrado|(?:est[áa] )?dispon[íi]vel))`,
    String.raw`(?<!\b(?:pour|de) (?:ce|le) )\bmod[èe]le:? (?:(?:demand[ée]|sp[ée]cifi[ée]|indiqu[ée]) )?${NAME}(?:(?:est )?(?:introuvable|indisponible)|n['’]existe pas|n['’]est pas disponible)`,
    String.raw`(?<!для (?:этой |данной |такой )?)модел(?:ь(?: с (?:именем|названием|id))?:? ${NAME}(?:не (?:была )?найден|не существует|(?:временно )?недоступн)|и:? ${NAME}не существует)|не найдена модель`,
  ].join('|'),
  'i',
)

const BUSY =
  /(?:サーバー?|サービス)(?:が|は).{0,8}(?:混み合|過負荷|利用できません)|서버가 .{0,8}(?:혼잡|과부하)|\b(?:server|dienst) (?:ist )?(?:derzeit |vor[üu]bergehend )?(?:[üu]berlastet|nicht verf[üu]gbar)|\bservicio no disponible|\bservice (?:est )?indisponible|(?:сервис|сервер) (?:временно )?(?:недоступен|перегружен)/i

/** Codes of limits, keys and services are right, whatever part the message names. */
const OTHER_CODE = /rate|limit|quota|throttl|overload|unavailable|insufficient|balance|auth|api_?key/i

function isAboutPart({ code, words }: FailedAnswer): boolean {
  if (code !== null && OTHER_CODE.test(code)) return false
  if (SIZE.test(words)) return !PER_TIME.test(words)
  return PART.test(words) && ![WINDOW, RATE, BUSY].some((other) => other.test(words))
}

const fails = (status: number): boolean => status >= 400 || status < 300
/** 413 is a size, whatever limit the message names. */
const limits = (status: number): boolean => fails(status) && status !== 413
const said = (message: string) => ({ error: { message } })

export const languageRows: readonly FailureRow[] = [
  {
    id: 'key-refused-other-languages',
    status: fails,
    when: refusesKey,
    class: 'auth-dead',
    about: 'the key is refused, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [
      { status: 403, body: said('APIキーが無効です。') },
      { status: 400, body: said('Неверный API ключ') },
    ],
  },
  {
    id: 'account-shut-out-other-languages',
    status: fails,
    words: SHUT_OUT,
    when: ({ status, words }) => !(isRefused(status) && NAMED.test(words)),
    class: 'auth-dead',
    about: 'the account is disabled, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [{ status: 403, body: said('Ihr Konto wurde gesperrt.') }],
  },
  {
    id: 'no-money-other-languages',
    status: fails,
    words: MONEY,
    class: 'quota-hard',
    about: 'no money, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [{ status: 403, body: said('Недостаточно средств на балансе') }],
  },
  {
    id: 'request-other-languages',
    status: [400, 413, 422],
    when: isAboutPart,
    class: 'bad-request',
    about: 'words about a part of the request, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [{ status: 400, body: said('Ungültiger Parameter: temperature') }],
  },
  {
    id: 'window-other-languages',
    status: limits,
    words: WINDOW,
    class: 'quota-window',
    scope: 'account',
    until: announcedEnd,
    about: 'a window of a plan is used up, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [
      {
        status: 429,
        body: said('Превышен дневной лимит. Лимит обновится через 5 часов 20 минут.'),
        ends: '2026-11-25T15:20:00.000Z',
      },
    ],
  },
  {
    id: 'rate-other-languages',
    status: limits,
    when: isRateLimit,
    class: 'rate-short',
    about: 'a rate that refills, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [
      {
        status: 403,
        body: said('リクエストが多すぎます。30秒後に再試行してください。'),
        ends: '2026-11-25T10:00:30.000Z',
      },
    ],
  },
  {
    id: 'no-model-other-languages',
    status: fails,
    words: NO_MODEL,
    class: 'model-unavailable',
    about: 'a model that this account does not have, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [{ status: 400, body: said('Модель gpt-9 не найдена') }],
  },
  {
    id: 'busy-other-languages',
    status: fails,
    words: BUSY,
    class: 'overloaded',
    about: 'the service is busy or down, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [{ status: 200, body: said('Сервис временно недоступен') }],
  },
]
