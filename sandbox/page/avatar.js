/** Faces: the picture somebody chose, or their initials on a colour of their own. */
import { hueOf, initialsOf } from "./format.js";
import { h } from "./view.js";

/** Describe a user's avatar; `size` is one of the sizes of style.css. */
export function avatar(user, name, size = "m", status = null) {
  const url = user?.avatar_url ?? (user?.avatar ? `/cdn/avatars/${user.id}/${user.avatar}.png` : null);
  const hide = (event) => event.currentTarget.classList.add("is-broken");
  return h(
    "span",
    { class: `avatar avatar-${size}`, "aria-hidden": "true" },
    h(
      "span",
      { class: "avatar-face", style: { "--hue": String(hueOf(user?.username ?? name)) } },
      initialsOf(name),
      url && h("img", { src: url, alt: "", on: { error: hide } }),
    ),
    status && h("span", { class: `status-dot is-${status}` }),
  );
}
