/** Files dropped anywhere on the messages go to the composer. */

export function acceptDrops(area, onFiles) {
  let depth = 0; // dragenter and dragleave come for every element passed
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const show = (isOver) => area.classList.toggle("is-dropping", isOver);
  area.addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) show((depth += 1) > 0);
  });
  area.addEventListener("dragleave", (event) => {
    if (carriesFiles(event)) show((depth -= 1) > 0);
  });
  area.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  area.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    onFiles([...event.dataTransfer.files]);
  });
}
