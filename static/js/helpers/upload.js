/* A file to the server, with word of how far it is: fetch tells nothing of that, XMLHttpRequest does. */

import { ApiError, csrfToken, tellReached } from "./api.js";

const SILENCE = 60_000; // without any progress: the connection is dead

/** -> the row of the upload; ApiError, or an AbortError when `signal` stopped it. progress(share of 1). */
export function upload(project, file, { progress = () => {}, signal } = {}) {
  const body = new FormData();
  body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", `/api/v1/projects/${project}/uploads`);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", csrfToken());
  return new Promise((done, failed) => {
    let silence;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE);
    };
    const stopped = () => failed(signal?.aborted ? new DOMException("", "AbortError") : new ApiError(0));
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      listen();
      if (total) progress(loaded / total);
    });
    request.addEventListener("load", () => {
      if (request.status < 300) {
        tellReached();
        done(request.response);
      } else {
        const retryAfter = Number(request.getResponseHeader("Retry-After")) || null;
        failed(new ApiError(request.status, request.response ?? {}, { retryAfter }));
      }
    });
    for (const end of ["error", "abort"]) request.addEventListener(end, stopped);
    request.addEventListener("loadend", () => clearTimeout(silence));
    signal?.addEventListener("abort", () => request.abort());
    listen();
    request.send(body);
  });
}
