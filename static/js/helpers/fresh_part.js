/* A part of a page that the server draws, read again when something happened: one reading at a time, the newest last. */

/**
 * Answers with the function that has #id read again. `address()`: where. `ready()`: a promise to wait for before it is
 * put in place (an open menu, a form that somebody fills in); `null` from it leaves the page as it is.
 * `placed()` is called afterwards.
 */
export function freshPart(id, { address = () => location.href, ready = async () => true, placed = () => {} } = {}) {
  let reading = false;
  let again = false;

  async function read() {
    const page = await fetch(address())
      .then((answer) => (answer.ok ? answer.text() : ""))
      .catch(() => ""); // offline: the stream will say what happened once it is back
    const fresh = new DOMParser().parseFromString(page, "text/html").getElementById(id);
    if (!fresh || (await ready()) === null) return;
    const part = document.getElementById(id);
    part.replaceChildren(...fresh.children);
    placed(part);
  }

  return async () => {
    again = true;
    if (reading) return;
    reading = true;
    while (again) {
      again = false;
      await read();
    }
    reading = false;
  };
}
