/* Requests that may wait: what the server found too fast goes again when it said so. */

const TRIES = 3;

const pause = (delay) => new Promise((resolve) => setTimeout(resolve, delay));

/** The answer of `send()`; after a 429 that says when (`retryAfter`, in seconds) it is called again, a few times. */
export async function patiently(send, { wait = pause, tries = TRIES } = {}) {
  try {
    return await send();
  } catch (error) {
    if (error.status !== 429 || !error.retryAfter || !tries) throw error;
    await wait(error.retryAfter * 1000);
    return patiently(send, { wait, tries: tries - 1 });
  }
}
