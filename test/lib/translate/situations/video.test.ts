import { describe } from 'vitest'
import { chat, gemini, responses, testSituations, user } from './given-situation.ts'

const MP4 = 'data:video/mp4;base64,AAAAIGZ0eXA='
const YOUTUBE = 'https://www.youtube.com/watch?v=9hE5-98ZeCg'
const video = (fields: object) =>
  chat({ messages: [user([{ type: 'text', text: 'What happens?' }, fields])] })
const byUrl = (url: string) => video({ type: 'video_url', video_url: { url } })

describe('a video reaches Gemini', () => {
  testSituations('gemini', {
    'as bytes': {
      source: 'BerriAI/litellm#30501; NousResearch/hermes-agent#21763',
      from: 'chat',
      body: byUrl(MP4),
      has: ['{"inlineData":{"mimeType":"video/mp4","data":"AAAAIGZ0eXA="}}'],
    },
    'by its address, with the type that its ending shows': {
      source: 'BerriAI/litellm#30501',
      from: 'chat',
      body: byUrl('https://example.com/clip.webm?sig=1'),
      has: ['{"fileData":{"mimeType":"video/webm","fileUri":"https://example.com/clip.webm?sig=1"}}'],
    },
    'as a page of YouTube, which has no type': {
      source: 'https://ai.google.dev/gemini-api/docs/video-understanding: YouTube URLs',
      from: 'chat',
      body: byUrl(YOUTUBE),
      has: [`{"fileData":{"fileUri":"${YOUTUBE}"}}`],
      lacks: ['mimeType'],
    },
    'as a plain text in the field': {
      source: 'ENTERPILOT/GoModel#1021',
      from: 'chat',
      body: video({ type: 'video_url', video_url: MP4 }),
      has: ['"mimeType":"video/mp4"'],
    },
    'as bytes with a format': {
      source: 'Google Distributed Cloud, Gemini chat completions: input_video',
      from: 'chat',
      body: video({ type: 'input_video', input_video: { data: 'AAAAIGZ0eXA=', format: '3gp' } }),
      has: ['{"inlineData":{"mimeType":"video/3gpp","data":"AAAAIGZ0eXA="}}'],
    },
    'as a file': {
      source: 'BerriAI/litellm: file parts of Gemini',
      from: 'chat',
      body: video({ type: 'file', file: { filename: 'a.mp4', file_data: MP4 } }),
      has: ['"mimeType":"video/mp4"'],
      lacks: ['a.mp4'],
    },
    'as an image, as some clients send it': {
      source: 'open-webui: videos in image_url',
      from: 'chat',
      body: video({ type: 'image_url', image_url: { url: MP4 } }),
      has: ['"mimeType":"video/mp4"'],
    },
    'as a file of Responses': {
      source: 'https://platform.openai.com/docs/api-reference/responses: input_file',
      from: 'responses',
      body: responses({
        input: [{ role: 'user', content: [{ type: 'input_file', filename: 'a.mp4', file_data: MP4 }] }],
      }),
      has: ['"mimeType":"video/mp4"'],
    },
    'with frames per second beside the address': {
      source: 'https://www.volcengine.com/docs/82379: video_url.fps',
      from: 'chat',
      body: video({ type: 'video_url', video_url: { url: MP4, fps: 2, max_frames: 9 } }),
      has: ['"mimeType":"video/mp4"'],
      leftOut: ['messages.content.video_url.fps', 'messages.content.video_url.max_frames'],
    },
    'of Responses, with frames per second': {
      source: 'https://www.volcengine.com/docs/82379: input_video',
      from: 'responses',
      body: responses({
        input: [{ role: 'user', content: [{ type: 'input_video', video_url: { url: MP4, fps: 2 } }] }],
      }),
      has: ['"mimeType":"video/mp4"'],
      leftOut: ['input.content.video_url.fps'],
    },
    'with frames per second, which Gemini takes elsewhere': {
      source: 'https://help.aliyun.com/zh/model-studio/vision: fps',
      from: 'chat',
      body: video({ type: 'video_url', video_url: { url: MP4 }, fps: 2 }),
      has: ['"mimeType":"video/mp4"'],
      leftOut: ['messages.content.fps'],
    },
  })
})

const inline = gemini({
  contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'video/mp4', data: 'AAAAIGZ0eXA=' } }] }],
})

describe('a video reaches the services of chat completions that take one', () => {
  testSituations('chat', {
    'Qwen, from Gemini': {
      source: 'https://help.aliyun.com/zh/model-studio/vision',
      from: 'gemini',
      provider: 'qwen',
      body: inline,
      has: [`{"type":"video_url","video_url":{"url":"${MP4}"}}`],
    },
    'OpenRouter, by its address': {
      source: 'https://openrouter.ai/docs/features/multimodal/videos',
      from: 'gemini',
      provider: 'openrouter',
      body: gemini({ contents: [{ role: 'user', parts: [{ fileData: { fileUri: YOUTUBE } }] }] }),
      has: [`{"type":"video_url","video_url":{"url":"${YOUTUBE}"}}`],
    },
    'not OpenAI, which refuses it by name': {
      source: 'https://platform.openai.com/docs/api-reference/chat/create',
      from: 'gemini',
      provider: 'openai',
      body: inline,
      refused: 'contents[0].parts[0].inlineData',
    },
  })
})

describe('a video is refused by name elsewhere', () => {
  testSituations('messages', {
    'by Messages': {
      source: 'https://platform.claude.com/docs/en/api/messages',
      from: 'chat',
      body: byUrl(MP4),
      refused: 'messages[0].content[1]',
    },
  })
  testSituations('responses', {
    'by Responses': {
      source: 'https://platform.openai.com/docs/api-reference/responses',
      from: 'chat',
      body: byUrl(YOUTUBE),
      refused: 'messages[0].content[1]',
    },
  })
})
