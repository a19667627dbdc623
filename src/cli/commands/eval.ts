export default async (): Promise<number> => 0;
