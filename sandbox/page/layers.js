/** What lies above the page: a modal, an enlarged picture, a menu, a notice. */
import { Lightbox } from "./lightbox.js";
import { Menu } from "./menu.js";
import { Modal } from "./modal.js";
import { h, icon, widget } from "./view.js";

export function layers(state, scene) {
  const { modal, lightbox, menu, notice } = state;
  return [
    modal && widget(Modal, `modal-${modal.interactionId}`, { modal, scene }),
    lightbox && widget(Lightbox, "lightbox", { lightbox, onClose: () => scene.closeLightbox() }),
    menu && widget(Menu, "menu", { menu, onClose: () => scene.closeMenu(menu) }),
    h(
      "div",
      { key: "notice", class: `notice ${notice ? "is-shown" : ""}`, role: "status", "data-testid": "notice" },
      notice && [icon("warning"), notice],
    ),
  ];
}
