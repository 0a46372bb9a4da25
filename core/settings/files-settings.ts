import { Type } from '@sinclair/typebox'

const open = { additionalProperties: false }

/** Who may use what was made at Google, and what is kept of uploaded files. */
export const FilesSettings = Type.Object(
  {
    shared: Type.Boolean({
      default: false,
      description: 'Every client may use the files, caches, batches … of all others; else each has its own.',
    }),
    keepBytes: Type.Boolean({
      default: false,
      description:
        'Keeps uploaded files beside the database, to upload them again to another project where a call needs them there.',
    }),
    keepMegabytes: Type.Number({
      exclusiveMinimum: 0,
      default: 5120,
      description: 'How much disk kept files may take; past it those give way that were used longest ago.',
    }),
  },
  { ...open, default: {} },
)
