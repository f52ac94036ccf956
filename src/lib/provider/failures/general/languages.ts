// The commonest failures in Japanese, Korean, German, Russian, French, Spanish and Portuguese. Chinese is beside
// English in the other files, because Chinese services mix both in one message.
import { announcedEnd } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'

/** Parts of a request come first: their messages may name keys, models and limits too. */
const REQUEST = new RegExp(
  [
    'パラメータ|コンテキスト(?:長|ウィンドウ)|入力が長すぎ|画像(?:が|の|を)|メッセージが(?:空|不正)|매개변수|컨텍스트 길이|입력이 너무 깁',
    String.raw`\b(?:parameter|argument|kontextl[äa]nge|eingabe (?:ist )?zu lang|nachricht|par[áa]metros?|param[èe]tres?|longitud del contexto|longueur du contexte|mensaje|imagen|bild)\b`,
    'параметр|длин[аыу] контекста|слишком длинн|сообщени[ея] пуст|изображени|некорректн',
  ].join('|'),
  'i',
)

const KEY_REFUSED = new RegExp(
  [
    '(?:API ?キー|トークン|認証情報)(?:が|は|の)?.{0,8}(?:無効|不正|期限切れ|見つかりません|失効)|認証に失敗|API ?키.{0,12}(?:유효하지|잘못|만료)|유효하지 않은 API ?키|인증에 실패',
    String.raw`\b(?:ung[üu]ltige[rn]?|falsche[rn]?|abgelaufene[rn]?) (?:api|zugangs)[- ]?(?:schl[üu]ssel|key|token)|\b(?:cl[ée]|clave|chave) (?:d['’])?(?:de )?api (?:est |es |é )?(?:non )?(?:invalide|inv[áa]lida|incorrecta|expir[ée]e|expirada)|\bapi[- ]?(?:schl[üu]ssel|key) (?:ist )?(?:ung[üu]ltig|abgelaufen)`,
    '(?:неверн|недействительн|некорректн|просрочен)[а-яё]{2,3} (?:api[- ]?)?(?:ключ|токен)|(?:ключ|токен) (?:api )?(?:недействителен|неверен|просрочен|ист[её]к)|ошибка (?:авторизации|аутентификации)',
  ].join('|'),
  'i',
)

const SHUT_OUT =
  /アカウント(?:が|は).{0,8}(?:停止|凍結|無効|ロック)|계정이 .{0,8}(?:정지|차단|비활성)|\bkonto (?:wurde|ist) (?:gesperrt|deaktiviert)|\b(?:cuenta|conta) (?:ha sido |est[áa] |foi )?(?:suspendida|bloqueada|desactivada|suspensa)|\bcompte (?:a été |est )?(?:suspendu|bloqué|désactivé)|(?:аккаунт|уч[её]тная запись|пользователь) (?:был[аи]? )?(?:заблокирован|отключ[её]н|удал[её]н)/i

const MONEY =
  /残高(?:が|は)?不足|残高がありません|クレジットが(?:不足|ありません)|(?:크레딧|잔액)이? ?부족|\bguthaben\b.{0,20}(?:aufgebraucht|ersch[öo]pft|nicht ausreichend|zu niedrig)|\bsaldo insuficiente|\b(?:cr[ée]dits?|solde) (?:insuffisants?|[ée]puis[ée]s?)|недостаточно (?:средств|кредит|баланс)|(?:баланс|кредит[ыов]{0,2}) (?:исчерпан|израсходован)/i

const WINDOW =
  /(?:1日|一日|本日|週間|月間|毎日)の?.{0,8}(?:上限|制限|利用枠)|(?:利用|使用量の?)(?:制限|上限)に達し|(?:일일|주간|월간) .{0,8}(?:한도|할당량)|\b(?:tages|wochen|monats)(?:limit|kontingent)|\b(?:l[íi]mite|cuota|cota) (?:diari[oa]|semanal|mensua?l|di[áa]ri[oa])|\b(?:limite|quota) (?:quotidienne?|journali[èe]re?|hebdomadaire|mensuelle?)|(?:дневн|суточн|недельн|месячн)[а-яё]{2,3} (?:лимит|квот)/i

const RATE =
  /リクエスト(?:が|数)?.{0,6}(?:多すぎ|上限|制限)|レート制限|요청(?:이 너무 많| 한도)|\bzu viele anfragen|\b(?:raten|anfrage)limit|\bdemasiadas (?:solicitudes|peticiones)|\btrop de requ[êe]tes|\bmuitas solicita[çc][õo]es|слишком много запросов|превышен[аоы]? (?:лимит|квота|частота)/i

const NO_MODEL =
  /モデル.{0,20}(?:存在しません|見つかりません|利用できません)|모델.{0,20}(?:찾을 수 없|존재하지)|\bmodell\b.{0,60}\b(?:nicht gefunden|existiert nicht|nicht verf[üu]gbar)|\bmodelo\b.{0,60}\b(?:no existe|no encontrado|n[ãa]o encontrado|no disponible)|\bmod[èe]le\b.{0,60}\b(?:introuvable|n['’]existe pas)|модел[ьи].{0,60}(?:не найден|не существует|недоступн)/i

const BUSY =
  /(?:サーバー?|サービス)(?:が|は).{0,8}(?:混み合|過負荷|利用できません)|서버가 .{0,8}(?:혼잡|과부하)|\b(?:server|dienst) (?:ist )?(?:derzeit |vor[üu]bergehend )?(?:[üu]berlastet|nicht verf[üu]gbar)|\bservicio no disponible|\bservice (?:est )?indisponible|(?:сервис|сервер) (?:временно )?(?:недоступен|перегружен)/i

const fails = (status: number): boolean => status >= 400 || status < 300
const said = (message: string) => ({ error: { message } })

export const languageRows: readonly FailureRow[] = [
  {
    id: 'request-other-languages',
    status: [400, 413, 422],
    words: REQUEST,
    class: 'bad-request',
    about: 'words about a part of the request, in other languages',
    source: 'decided by qwenctl (2026-11)',
    examples: [{ status: 400, body: said('Ungültiger Parameter: temperature') }],
  },
  {
    id: 'key-refused-other-languages',
    status: fails,
    words: KEY_REFUSED,
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
    id: 'window-other-languages',
    status: fails,
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
    status: fails,
    words: RATE,
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
