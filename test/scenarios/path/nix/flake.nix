{
  outputs =
    { self }:
    {
      nixosConfigurations.container.config.system.build.toplevel = import ./system.nix {
        label = "flake";
        system = "@system@";
      };
    };
}
