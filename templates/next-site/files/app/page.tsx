export default function Page() {
  return (
    <main>
      <h1>{{name}}</h1>
      <p>{{title}}.</p>
    </main>
  );
}
