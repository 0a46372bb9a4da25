/** Models are named by clients; past so many, what was kept for the one used longest ago is forgotten. */
export const MODELS_AT_MOST = 1000
