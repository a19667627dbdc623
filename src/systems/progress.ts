/** Long pieces of work, told while they go on. `OnProgress` of src/apply/report.ts can be given wherever this is asked. */
export type Work =
  | {
      readonly kind: "work";
      readonly id: string;
      readonly text: string;
      readonly done?: number;
      readonly total?: number;
    }
  | { readonly kind: "work-ended"; readonly id: string; readonly text: string };

export type OnWork = (event: Work) => void;
