import type { SimulatedRoute } from './simulated.ts'

/** `POST /embeddings`: the same unit vector for any input, so that it is not mistaken for a meaning. */
export const simulatedEmbedding: SimulatedRoute = {
  whole: ({ model, inputTokens }) => ({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [1, 0, 0, 0, 0, 0, 0, 0] }],
    model,
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  }),
  frames: null,
}
