/* The administrators' page: opens a real socket, as a project's page would, and says what came of it. */

import { gettext, interpolate } from "../helpers/words.js";

const PATIENCE = 10_000;

const row = document.getElementById("socket-check");

function tell(works, said) {
  row.dataset.works = works ? "yes" : "no";
  row.querySelector("[data-word]").textContent = works ? gettext("Works") : gettext("Fails");
  row.querySelector("[data-said]").textContent = said;
}

function attempt() {
  const address = new URL("/ws/health/", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const began = performance.now();
  let answered = false;
  let socket;
  const fail = (said) => {
    clearTimeout(patience);
    if (!answered) tell(false, said);
  };
  const patience = setTimeout(() => {
    fail(gettext("Nobody answered within ten seconds: something in between holds WebSockets up."));
    socket.close();
  }, PATIENCE);
  try {
    socket = new WebSocket(address);
  } catch (error) {
    return fail(String(error));
  }
  socket.onmessage = ({ data }) => {
    answered = true;
    clearTimeout(patience);
    const { process, sockets } = JSON.parse(data);
    const ms = Math.round(performance.now() - began);
    const said = gettext("Process %(process)s answered after %(ms)s ms; open sockets: %(sockets)s.");
    tell(true, interpolate(said, { process, ms, sockets }));
  };
  socket.onclose = () =>
    fail(gettext("The handshake failed: is /ws/ passed on to the live processes, with its Upgrade header and Origin?"));
}

attempt();
