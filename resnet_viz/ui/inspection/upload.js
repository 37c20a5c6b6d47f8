// Hands a pasted image to the file field, so that it goes the way of every other file,
// and gives the style sheet beside it the words for Streamlit's buttons.
export default function ({ data }) {
  if (!data) return;
  const { key, words } = JSON.parse(new TextDecoder().decode(data));
  for (const [name, word] of Object.entries(words))
    document.documentElement.style.setProperty(`--word-${name}`, JSON.stringify(word));
  const paste = (event) => {
    const image = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith("image/"));
    const input = document.querySelector(`.st-key-${key} input[type="file"]`);
    if (!image || !input) return;
    const files = new DataTransfer();
    files.items.add(image);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  };
  document.addEventListener("paste", paste);
  return () => document.removeEventListener("paste", paste);
}
