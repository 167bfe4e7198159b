/** The bundlers give an imported SVG file as its text, which is what LabIcon takes. */
declare module '*.svg' {
  const text: string;
  export default text;
}

/** The bundlers take an imported style sheet into the page; there is nothing to name. */
declare module '*.css';
