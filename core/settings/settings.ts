import { type Static, Type } from '@sinclair/typebox'
import { FilesSettings } from './files-settings.ts'
import { LiveSettings } from './live-settings.ts'
import { MediaSettings } from './media-settings.ts'
import { ModelSettings } from './model-settings.ts'
import { KeyUpstream, VertexSettings } from './vertex-settings.ts'

const open = { additionalProperties: false }

/** About 23 days: a runtime's timer fires at once for anything from 2³¹ milliseconds on. */
const LONGEST_SECONDS = 2_000_000
const LONGEST_HOURS = 500

const Seconds = (fallback: number, description: string, least: object = { exclusiveMinimum: 0 }) =>
  Type.Number({ ...least, maximum: LONGEST_SECONDS, default: fallback, description })

const KeySetting = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object(
    {
      key: Type.String({
        minLength: 1,
        description: 'The credential; any text, never checked by its shape.',
      }),
      name: Type.Optional(Type.String({ minLength: 1, description: 'What logs and the admin call it.' })),
      project: Type.Optional(
        Type.String({
          minLength: 1,
          description: 'The Google project whose quota it spends; keys of one project share it.',
        }),
      ),
      weight: Type.Optional(
        Type.Number({ exclusiveMinimum: 0, description: 'For strategies that weigh; 1 where absent.' }),
      ),
      tags: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
      maxConcurrent: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'Calls that it may serve at once, in place of routing.maxConcurrentPerKey; 0 is no limit.',
        }),
      ),
      proxy: Type.Optional(
        Type.String({ minLength: 1, description: 'The one proxy that this key goes through.' }),
      ),
      upstream: Type.Optional(KeyUpstream),
    },
    open,
  ),
])

const Limit = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }))

const QuotaSetting = Type.Object(
  {
    project: Type.Optional(
      Type.String({ minLength: 1, description: 'As keys state it; every one where absent.' }),
    ),
    model: Type.Optional(
      Type.String({ minLength: 1, description: 'A name, or a pattern with *; every one where absent.' }),
    ),
    upstream: Type.Optional(KeyUpstream),
    requestsPerMinute: Limit('Requests a minute.'),
    tokensPerMinute: Limit('Input tokens a minute.'),
    requestsPerDay: Limit('Requests a day, from midnight to midnight in California.'),
    tokensPerDay: Limit('Input tokens a day.'),
  },
  open,
)

const ClientSetting = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    token: Type.String({ minLength: 8, description: 'What the client sends as its API key.' }),
  },
  open,
)

const ProxiesSetting = Type.Object(
  {
    urls: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Proxies for every key: http://, https:// or socks5h://user:password@host:port.',
    }),
    byTag: Type.Record(Type.String(), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }), {
      default: {},
      description: 'Tag → proxies for the keys that have it, instead of those for every key.',
    }),
    direct: Type.Boolean({
      default: false,
      description:
        'Lets keys go without a proxy when none of theirs works; never those with one of their own.',
    }),
    assignment: Type.Union([Type.Literal('stable'), Type.Literal('random')], {
      default: 'stable',
      description: 'A key keeps to its proxy, or takes any at each attempt.',
    }),
    checkSeconds: Seconds(30, 'How often a way that failed is tried with a free request.'),
    fromEnvironment: Type.Boolean({
      default: false,
      description: 'Adds the proxy of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY to those for every key.',
    }),
    exitAddressUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        description: 'A service that answers with the address it is asked from; asked at each check.',
      }),
    ),
  },
  { ...open, default: {} },
)

/** Every setting of the config file but the plugins' own, with defaults and descriptions. */
export const SettingsSchema = Type.Object(
  {
    server: Type.Object(
      {
        host: Type.String({
          minLength: 1,
          default: '127.0.0.1',
          description: 'Address to listen on; 0.0.0.0 where PORT is set, this is not, and it is no demo.',
        }),
        port: Type.Integer({ minimum: 0, maximum: 65535, default: 8000 }),
        adminToken: Type.Optional(
          Type.String({
            minLength: 8,
            description: 'Without one, one is made, printed once and kept as a hash.',
          }),
        ),
        basePath: Type.String({
          pattern: '^$|^(/[\\w.~-]+)+$',
          default: '',
          description: 'A prefix of every path, such as /gemini-gateway, taken away before anything else.',
        }),
        publicUrl: Type.Optional(
          Type.String({
            pattern: '^https?://',
            description: 'The address that clients know this gateway by, its basePath included.',
          }),
        ),
        trustedProxies: Type.Array(Type.String({ minLength: 1 }), {
          default: [],
          description: "Addresses and networks (10.0.0.0/8) whose word on the client's address is taken.",
        }),
        maxBodyMegabytes: Type.Number({
          exclusiveMinimum: 0,
          default: 100,
          description: 'The largest request body; larger ones get 413.',
        }),
        maxBufferedMegabytes: Type.Number({
          exclusiveMinimum: 0,
          default: 256,
          description: 'Request bytes held in memory in all; past that, 503.',
        }),
      },
      { ...open, default: {} },
    ),
    clients: Type.Array(ClientSetting, {
      default: [],
      description: 'Who may call; without any, one token is made and printed once.',
    }),
    upstream: Type.Object(
      {
        gemini: Type.Object(
          {
            baseUrl: Type.String({
              pattern: '^https?://',
              default: 'https://generativelanguage.googleapis.com',
              description: 'Without the version, which each call brings.',
            }),
            headers: Type.Record(Type.String(), Type.String(), {
              default: {},
              description: 'Added to every upstream call.',
            }),
          },
          { ...open, default: {} },
        ),
        vertex: VertexSettings,
        timeoutSeconds: Seconds(600, 'Silence from upstream that ends an attempt.'),
        finishWhole: Type.Boolean({
          default: false,
          description: 'Lets a whole (not streamed) call run on after its client left.',
        }),
      },
      { ...open, default: {} },
    ),
    keys: Type.Array(KeySetting, { default: [] }),
    proxies: ProxiesSetting,
    routing: Type.Object(
      {
        strategy: Type.String({ default: 'quota-aware', description: 'How to choose among usable keys.' }),
        affinity: Type.Boolean({
          default: true,
          description: 'Keeps a conversation with one project while that has quota, for its cache.',
        }),
        fallback: Type.Record(Type.String(), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }), {
          default: {},
          description:
            'Model, with * for any text → models to try in its place, in order, where it is spent, overloaded or gone.',
        }),
        maxConcurrentPerKey: Type.Integer({
          minimum: 0,
          default: 0,
          description: 'Calls that one key may serve at once; 0 is no limit.',
        }),
        deadlineSeconds: Seconds(60, 'No new attempt starts after it; a running one is never cut.'),
        checkHours: Type.Number({
          minimum: 0,
          maximum: LONGEST_HOURS,
          default: 1,
          description: 'How often keys that are out are checked by a free request; 0 is off.',
        }),
      },
      { ...open, default: {} },
    ),
    quota: Type.Object(
      {
        minuteSeconds: Seconds(60, 'The length of a quota minute; shorter only in tests.'),
        limits: Type.Array(QuotaSetting, {
          default: [],
          description: 'Limits that are known before Google names them; the tighter of both holds.',
        }),
      },
      { ...open, default: {} },
    ),
    streaming: Type.Object(
      {
        commitSeconds: Seconds(
          5,
          'How long a stream may look for a first piece of content before headers go out.',
          { minimum: 0 },
        ),
        heartbeatSeconds: Seconds(10, 'Silence after which a stream is sent a sign of life.'),
      },
      { ...open, default: {} },
    ),
    files: FilesSettings,
    live: LiveSettings,
    media: MediaSettings,
    models: ModelSettings,
    storage: Type.Object(
      {
        url: Type.String({
          pattern: '^sqlite:.',
          default: 'sqlite:data/geminate.db',
          description: 'sqlite:PATH, taken from the folder of the config file.',
        }),
      },
      { ...open, default: {} },
    ),
    log: Type.Object(
      {
        level: Type.Union(
          ['trace', 'debug', 'info', 'warn', 'error', 'silent'].map((level) => Type.Literal(level)),
          { default: 'info' },
        ),
        bodies: Type.Boolean({
          default: false,
          description: 'Keeps request and reply bodies in the request log.',
        }),
        keepDays: Type.Number({
          exclusiveMinimum: 0,
          default: 30,
          description: 'Age at which rows of the request log go.',
        }),
        maxMegabytes: Type.Number({
          exclusiveMinimum: 0,
          default: 512,
          description: 'Size above which the oldest rows of the request log go.',
        }),
      },
      { ...open, default: {} },
    ),
    plugins: Type.Record(
      Type.String(),
      Type.Union([Type.Boolean(), Type.Record(Type.String(), Type.Unknown())]),
      {
        default: {},
        description: 'Name or path of a plugin → false, true, or its options. Plugins run in this order.',
      },
    ),
  },
  open,
)

/** The settings after defaults, file and environment were put together and checked. */
export type Settings = Static<typeof SettingsSchema>

/** One entry of `keys`. */
export type KeySetting = Static<typeof KeySetting>
