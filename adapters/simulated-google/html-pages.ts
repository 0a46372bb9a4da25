/** Google's front end on a path that no API has. */
export function notFoundPage(path: string): string {
  return page(
    'Error 404 (Not Found)!!1',
    `<p><b>404.</b> <ins>That’s an error.</ins>\n  <p>The requested URL <code>${escapeHtml(path)}</code> was not found on this server.  <ins>That’s all we know.</ins>`,
  )
}

/** Google's front end when the server behind it gave no good answer. */
export const BAD_GATEWAY_PAGE = page(
  'Error 502 (Server Error)!!1',
  '<p><b>502.</b> <ins>That’s an error.</ins>\n  <p>The server encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds.  <ins>That’s all we know.</ins>',
)

/** What Google shows to a network that it takes for a robot. */
export const SORRY_PAGE =
  '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"><title>Sorry...</title></head>' +
  "<body><h1>We're sorry...</h1><p>... but your computer or network may be sending automated queries. To protect " +
  "our users, we can't process your request right now.</p></body></html>"

function page(title: string, body: string): string {
  return `<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>${title}</title>\n  ${body}\n`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
